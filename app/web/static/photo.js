// A garment of the shopper's own: a photo, chosen or dropped, made small here so that little travels and the session can keep it.
import { showAlike } from "./catalogue.js";
import { byId } from "./dom.js";
import { addPhoto } from "./outfit.js";

const LONGEST_SIDE = 512;
const QUALITY = 0.9;
let taken = null;

export async function openPhoto(file) {
  show(null, "");
  byId("photo-file").value = "";
  byId("photo-category").value = "";
  if (!byId("photo").open) byId("photo").showModal();
  if (file) await take(file);
}

async function take(file) {
  try {
    show(await small(file), "");
  } catch {
    show(null, `“${file.name}” is not a picture that this browser can read; choose a JPEG, PNG or WebP.`);
  }
}

async function small(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // JPEG knows no transparency, and catalogues stand on white
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", QUALITY);
}

function show(dataUrl, problem) {
  taken = dataUrl;
  byId("photo-preview").hidden = !dataUrl;
  if (dataUrl) byId("photo-preview").src = dataUrl;
  byId("photo-hint").hidden = Boolean(dataUrl);
  byId("photo-problem").textContent = problem;
  for (const id of ["photo-add", "photo-alike"]) byId(id).disabled = !dataUrl;
}

export function startPhoto() {
  byId("by-photo").onclick = () => openPhoto();
  byId("photo-file").onchange = ({ target }) => target.files.length && take(target.files[0]);
  byId("photo").onclose = ({ target }) => {
    if (target.returnValue === "add" && taken) addPhoto(taken, byId("photo-category").value);
    if (target.returnValue === "alike" && taken) showAlike(taken, byId("photo-category").value);
    target.returnValue = "";
  };
  addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    openPhoto(event.dataTransfer.files[0]);
  });
}

import { startBag } from "./drawer.js";
import { startBoard } from "./board.js";
import { startCatalogue } from "./catalogue.js";
import { startCheaper } from "./cheaper.js";
import { startInstead } from "./instead.js";
import { startPhoto } from "./photo.js";
import { startProduct } from "./product.js";
import { startShopper } from "./shopper.js";
import { startSuggestions } from "./suggestions.js";
import { startTray } from "./tray.js";
import { startVerdict } from "./verdict.js";

const starts = [startCatalogue, startShopper, startTray, startVerdict, startBoard, startSuggestions, startInstead, startCheaper, startProduct, startBag, startPhoto];
for (const start of starts) start();

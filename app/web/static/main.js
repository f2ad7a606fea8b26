import { startCatalogue } from "./catalogue.js";
import { startPhoto } from "./photo.js";
import { startSuggestions } from "./suggestions.js";
import { startTray } from "./tray.js";
import { startVerdict } from "./verdict.js";

for (const start of [startCatalogue, startTray, startVerdict, startSuggestions, startPhoto]) start();

import { createRoot } from "react-dom/client";
import { applyTheme, rememberedTheme } from "../components/theme.ts";
import { App } from "./app.tsx";

const host = document.getElementById("console");
if (host === null) throw new TypeError(`Cannot show the console: the page has no element "console"`);
applyTheme(rememberedTheme());
createRoot(host).render(<App />);

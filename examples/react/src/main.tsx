import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

// Where the gateway is: http://localhost:5173/?gateway=wss://gateway.example
const gateway = new URLSearchParams(location.search).get("gateway") ?? "ws://localhost:10401";
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App gateway={gateway} />);

import { init, track } from "@tracker/sdk";
import { StrictMode, useId } from "react";
import { createRoot } from "react-dom/client";

// Once, before anything renders.
init({ endpoint: "http://127.0.0.1:8787" });

function Order({ tea }: { tea: string }) {
  const id = useId();
  // An object, not a labels string: React's ids have characters that would separate there.
  return (
    <button id={id} onClick={() => track({ label: `order ${tea}`, category: "shop", domId: id })}>
      Order {tea}
    </button>
  );
}

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <h1>Tea</h1>
    <Order tea="Assam" />
    <Order tea="Sencha" />
  </StrictMode>,
);

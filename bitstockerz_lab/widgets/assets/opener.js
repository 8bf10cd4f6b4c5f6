// The tab is opened by the click itself, else the browser would call it a pop-up; the page follows.
function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button bz-open";
  el.append(button);
  let tab = null;

  function fit() {
    button.textContent = model.get("label");
  }

  function hear(told, buffers) {
    if (!tab) return;
    const page = tab.document;
    page.title = told.title;
    if (told.tell === "gone") {
      page.body.textContent = told.title;
    } else {
      const frame = page.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts allow-popups allow-downloads allow-modals");
      frame.style.cssText = "position: fixed; inset: 0; width: 100%; height: 100%; border: 0";
      frame.title = told.title;
      // an address of its own: links within the page stay within it
      frame.src = URL.createObjectURL(new Blob([buffers[0]], { type: "text/html" }));
      page.body.replaceChildren(frame);
    }
    tab = null;
  }

  button.addEventListener("click", function () {
    tab = window.open("", "_blank");
    if (tab) model.send({ ask: "page" });
  });
  fit();
  model.on("change:label", fit);
  model.on("msg:custom", hear);
  return function () {
    model.off("change:label", fit);
    model.off("msg:custom", hear);
  };
}

export default { render };

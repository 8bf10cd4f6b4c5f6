// JupyterLab's shortcuts of one key (d d deletes a cell) are not for what stands in a widget of
// ours; those with Ctrl, Alt or Cmd still are. Lumino asks the focused element, and listens on the
// document: so this listens before it.
function keepKeys(event) {
  const target = event.target;
  if (!(target instanceof Element) || !target.closest(".bz-panel")) return;
  if (event.ctrlKey || event.altKey || event.metaKey) delete target.dataset.lmSuppressShortcuts;
  else target.dataset.lmSuppressShortcuts = "true";
}

function render({ model, el }) {
  const style = document.createElement("style");
  style.textContent = model.get("sheet");
  el.append(style);
  if (!window.bzKeepsKeys) {
    window.bzKeepsKeys = true;
    window.addEventListener("keydown", keepKeys, true);
  }
}

export default { render };

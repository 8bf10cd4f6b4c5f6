const CONFIG = {
  responsive: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"], displayModeBar: "hover"
};
const ARRAYS = { f8: Float64Array, u1: Uint8Array };
const PATIENCE_MS = 4000;

// plotly.js comes from the kernel, once a page; whoever asked first shares it with the others.
function plotly(model) {
  const shared = window.bzPlotly || (window.bzPlotly = {});
  if (shared.library) return Promise.resolve(shared.library);
  const own = new Promise(function (resolve, reject) {
    function hear(message, buffers) {
      if (message.tell !== "plotly") return;
      model.off("msg:custom", hear);
      inflated(buffers[0]).then(function (source) {
        if (!shared.library) {
          const module = { exports: {} };
          new Function("module", "exports", "define", source)(module, module.exports, undefined);
          shared.library = module.exports;
        }
        resolve(shared.library);
      }).catch(reject);
    }
    function ask() {
      if (shared.library) return resolve(shared.library);
      model.on("msg:custom", hear);
      model.send({ ask: "plotly" });
    }
    if (!shared.asked || Date.now() - shared.asked > PATIENCE_MS) {
      shared.asked = Date.now();
      ask();
    } else {
      const waiting = setInterval(function () {
        if (!shared.library && Date.now() - shared.asked < PATIENCE_MS) return;
        clearInterval(waiting);
        ask();
      }, 50);
    }
  });
  return own;
}

function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function array(change, buffers) {
  if (!("buffer" in change)) return change.value;
  const view = buffers[change.buffer];
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  return new ARRAYS[change.kind](bytes);
}

function told(point) {
  return {
    x: point.x, y: point.y, z: point.z, customdata: point.customdata,
    curve: point.curveNumber, index: point.pointIndex ?? point.pointNumber
  };
}

function render({ model, el }) {
  const plot = document.createElement("div");
  const probe = document.createElement("i");
  probe.hidden = true;
  el.classList.add("bz", "bz-picture");
  el.append(plot, probe);
  let library = null, content = null, drawing = Promise.resolve(), drawn = 0;

  function colour(name) {
    probe.style.color = "var(--bz-" + name + ")";
    return getComputedStyle(probe).color;
  }

  function fit() {
    plot.style.height = model.get("height") + "px";
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", model.get("label"));
  }

  function draw() {
    if (!library || !content) return;
    // one after the other, and only the newest of those that wait
    const mine = ++drawn;
    drawing = drawing.then(function () {
      if (mine !== drawn) return;
      const layout = bzThemed(Object.assign({ uirevision: "keep" }, content.layout), colour);
      layout.width = el.clientWidth || undefined;
      layout.height = model.get("height");
      return library.react(plot, content.data, layout, CONFIG).then(heard);
    }).then(function () {
      plot.dataset.drawn = String(drawn);  // tests wait for it
    }).catch(function (problem) {
      plot.textContent = "This figure could not be drawn: " + problem.message;
    });
  }

  let listens = false, hovered = 0;
  function heard() {
    if (listens) return;
    listens = true;
    plot.on("plotly_click", function (event) {
      model.send({ event: "click", point: told(event.points[0]) });
    });
    plot.on("plotly_hover", function (event) {
      if (Date.now() - hovered < 60) return;
      hovered = Date.now();
      model.send({ event: "hover", point: told(event.points[0]) });
    });
    plot.on("plotly_relayout", function (change) {
      const axis = plot._fullLayout.xaxis;
      const moved = Object.keys(change).some(function (name) { return /^xaxis\d*\./.test(name); });
      if (!moved || !axis) return;
      const all = change["xaxis.autorange"] === true;
      model.send({ event: "zoom", start: all ? null : axis.range[0], end: all ? null : axis.range[1] });
    });
  }

  function hear(message, buffers) {
    if (message.tell === "figure") {
      content = message.content;
      draw();
    } else if (message.tell === "update" && content) {
      for (const change of message.changes) {
        const trace = Object.assign({}, content.data[change.trace]);
        trace[change.name] = array(change, buffers);
        content.data[change.trace] = trace;
      }
      content.layout = Object.assign({}, content.layout, message.layout);
      draw();
    }
  }

  const size = new ResizeObserver(draw);
  const theme = new MutationObserver(draw);
  fit();
  model.on("msg:custom", hear);
  model.on("change:height change:label", fit);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  plotly(model).then(function (loaded) {
    library = loaded;
    size.observe(el);
    model.send({ ask: "figure" });
  }).catch(function (problem) {
    plot.textContent = "The figure could not be drawn: " + problem.message;
  });
  return function () {
    size.disconnect();
    theme.disconnect();
    model.off("msg:custom", hear);
    if (library) library.purge(plot);
  };
}

export default { render };

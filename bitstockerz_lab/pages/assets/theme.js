// A figure's template carries the theme; what a figure itself sets wins over its template.
// colour(name) is what the style's --bz-name comes to in the theme in force.
function bzThemed(layout, colour) {
  const ink = colour("ink"), muted = colour("muted"), grid = colour("grid");
  const result = Object.assign({}, layout);
  const template = Object.assign({}, layout.template);
  const base = Object.assign({}, template.layout);
  base.paper_bgcolor = "rgba(0,0,0,0)";
  base.plot_bgcolor = "rgba(0,0,0,0)";
  base.font = Object.assign({}, base.font, { color: muted });
  base.title = Object.assign({}, base.title, { font: { color: ink } });
  for (const axis of ["xaxis", "yaxis"]) {
    base[axis] = Object.assign({}, base[axis], {
      gridcolor: grid, linecolor: colour("line"), zerolinecolor: colour("line"),
      tickcolor: colour("line")
    });
  }
  base.hoverlabel = Object.assign({}, base.hoverlabel, {
    bgcolor: colour("surface"), bordercolor: colour("line"),
    font: Object.assign({}, (base.hoverlabel || {}).font, { color: ink })
  });
  base.modebar = {
    bgcolor: "rgba(0,0,0,0)", color: colour("muted"), activecolor: colour("ink")
  };
  template.layout = base;
  result.template = template;
  result.autosize = true;
  delete result.height;
  delete result.width;
  return result;
}

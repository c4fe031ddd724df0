// Draws the charts of a page from the specifications in it. Without this module their data tables stand open instead.
const calm = {
  actions: false,
  ast: true, // our content security policy knows no eval
  defaultStyle: false,
  renderer: "svg",
  tooltip: { disableDefaultStyle: true },
};

for (const place of document.querySelectorAll("[data-chart]")) {
  const source = document.getElementById(`chart-${place.dataset.chart}`);
  place.hidden = false; // a hidden place has no width to fill
  try {
    await window.vegaEmbed(place, JSON.parse(source.textContent), calm);
    place.closest("section").querySelectorAll(".chartnote").forEach((note) => { note.hidden = false; });
    place.closest("section").querySelectorAll("[data-table]").forEach((table) => { table.open = false; });
  } catch (fault) {
    place.hidden = true;
    console.error("chart not drawn", fault);
  }
}

// For every form: errors get the focus, characters are counted, and a second click does not send twice.
document.querySelector("[data-focus]")?.focus();

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const most = Number(area.dataset.count);
  const note = document.getElementById(`${area.id}-count`);
  const show = () => {
    const length = [...area.value].length;
    const left = most - length;
    note.textContent = left < 0 ? `多了 ${-left} 个字，最多 ${most} 个` : length ? `${length} / ${most}` : `最多 ${most} 个字`;
    note.classList.toggle("over", left < 0);
  };
  area.addEventListener("input", show);
  show();
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
}

// Coming back to the page, for instance with "back", the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

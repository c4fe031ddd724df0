// While a dispatcher types: earlier cases of the phone and the machine's proposals, beside the form. Without it 检查 does the same.
const form = document.getElementById("assist");
const place = document.getElementById("look");
let timer, running, last = "";

const ask = async () => {
  const fields = new FormData(form);
  const given = new URLSearchParams();
  for (const name of ["phone", "body", "address", "district", "choice"]) given.set(name, fields.get(name) ?? "");
  if (given.toString() === last) return;
  last = given.toString();
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch("/assist/look", { method: "POST", body: given, signal: running.signal });
    if (answer.ok && !place.contains(document.activeElement)) place.innerHTML = await answer.text();
  } catch {
    // No network or a newer question: what is shown stays.
  }
};

if (form && place) {
  form.addEventListener("input", (event) => {
    if (event.target.name === "choice") return;
    clearTimeout(timer);
    timer = setTimeout(ask, 500);
  });
  const phone = document.getElementById("f-phone");
  if (phone && !phone.value && !document.querySelector("[data-focus]")) phone.focus();
}

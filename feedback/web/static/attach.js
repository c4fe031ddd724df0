// Photos and files beside a form: what was chosen is listed, and large photos are made smaller before they are sent.
// Without this module the field works as it is; the server looks through everything again.
const MOST = 9;
const EACH = 10 * 1024 * 1024;
const LONGEST = 2560; // pixels of the longer side, as the server keeps them
const LARGE = 1024 * 1024; // a smaller photo is sent as it is

const weight = (size) => (size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`);

// The photo drawn smaller, upright and without where and when it was taken; itself when that is not possible or no gain.
async function smaller(file) {
  if (file.type !== "image/jpeg" || file.size < LARGE) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return blob && blob.size < file.size ? new File([blob], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

function tell(list, files, held) {
  list.replaceChildren(
    ...files.map((file, at) => {
      const item = document.createElement("li");
      const size = document.createElement("span");
      const wrong = file.size > EACH ? "超过 10 MB，不会收" : held + at >= MOST ? "超过 9 个，不会收" : "";
      size.textContent = wrong ? `${weight(file.size)}，${wrong}` : weight(file.size);
      size.className = wrong ? "bad" : "muted";
      item.append(file.name, size);
      return item;
    }),
  );
  list.hidden = !files.length;
}

async function chosen(input) {
  const field = input.closest("[data-files]");
  const list = field.querySelector("[data-chosen]");
  const before = [...input.files];
  const held = field.querySelectorAll("input[name=kept]:checked").length;
  tell(list, before, held);
  const after = [];
  for (const file of before) after.push(await smaller(file));
  // Somebody may have chosen again meanwhile, or sent the form: then what stands there stays.
  if (before.some((file, at) => file !== input.files[at]) || input.files.length !== before.length) return;
  const transfer = new DataTransfer();
  for (const file of after) transfer.items.add(file);
  input.files = transfer.files;
  tell(list, after, held);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-files] input[type=file]")) chosen(event.target);
});

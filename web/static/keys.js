// Keys for those who work through lists all day: / j k o ? as the help of each page says. Whoever does not want them
// switches them off there (WCAG 2.2, 2.1.4); the browser remembers it.
const help = document.querySelector("[data-keys]");
const wanted = help.querySelector("input");
const OFF = "keys-off";

function remembered() {
  try {
    return localStorage;
  } catch {
    return null; // a browser that keeps nothing: the choice holds for this page
  }
}

wanted.checked = !remembered()?.getItem(OFF);
wanted.addEventListener("change", () => {
  if (wanted.checked) remembered()?.removeItem(OFF);
  else remembered()?.setItem(OFF, "1");
});

function go(step) {
  const links = [...document.querySelectorAll("[data-rows] [data-row]")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

const deeds = {
  "/": () => document.querySelector('[role="search"] [type="search"]')?.focus(),
  j: () => go(1),
  k: () => go(-1),
  o: () => document.activeElement.matches("[data-row]") && document.activeElement.click(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const deed = deeds[event.key];
  if (!deed || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || !(wanted.checked || event.key === "?")) return;
  event.preventDefault();
  deed();
});

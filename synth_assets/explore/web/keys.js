// "/" goes to the search field, as on many sites; everything works without this.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("input[type=search]");
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

/** The look of the login dialog; in a file of its own, so that the page needs no inline style. */
export const DIALOG_STYLE = `:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #1c1e21);
  --ground: light-dark(#eef1f4, #101214);
  --ink: light-dark(#1c1e21, #e6e8ea);
  --faint: light-dark(#5b6470, #a3abb5);
  --line: light-dark(#d5dae0, #363b41);
  --blue: light-dark(#0a5fdb, #4f97ff);
  --on-blue: light-dark(#ffffff, #0b1220);
  font: 16px/1.45 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); }
main {
  max-width: 30rem; margin: 6vh auto 0; padding: 1.75rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 1rem;
}
header { display: flex; gap: 1rem; align-items: center; margin-bottom: 1.25rem; }
header p { margin: 0; color: var(--faint); }
h1 { margin: 0; font-size: 1.35rem; line-height: 1.25; overflow-wrap: anywhere; }
.face {
  flex: none; display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 0.75rem;
  background: var(--blue); color: var(--on-blue); font-size: 1.4rem; font-weight: 600;
}
.people { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
.people a {
  display: flex; gap: 0.75rem; align-items: center; padding: 0.6rem; border: 1px solid var(--line);
  border-radius: 0.75rem; color: inherit; text-decoration: none;
}
.people .face { width: 2.5rem; height: 2.5rem; border-radius: 50%; font-size: 1.1rem; }
.people a:hover { border-color: var(--blue); }
fieldset { margin: 0 0 1rem; padding: 0.5rem 0 0; border: 0; border-top: 1px solid var(--line); }
legend { padding: 0 0.5rem 0 0; color: var(--faint); font-size: 0.9rem; }
.choice { display: flex; gap: 0.75rem; padding: 0.5rem 0.25rem; border-radius: 0.5rem; cursor: pointer; }
.choice:hover { background: var(--ground); }
.choice input { flex: none; width: 1.15rem; height: 1.15rem; margin: 0.15rem 0 0; accent-color: var(--blue); }
.choice span { overflow-wrap: anywhere; }
small { display: block; color: var(--faint); font-size: 0.85rem; }
.note, footer { color: var(--faint); font-size: 0.9rem; }
.buttons { display: grid; gap: 0.5rem; }
button {
  font: inherit; font-weight: 600; padding: 0.7rem 1rem; border-radius: 0.6rem; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: inherit;
}
button[value='continue'] { background: var(--blue); border-color: var(--blue); color: var(--on-blue); }
a { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
footer { text-align: center; padding: 1rem; }
@media (max-width: 32rem) { main { margin: 0; border: 0; border-radius: 0; } }
`

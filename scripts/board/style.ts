/** How the board looks: one typeface, and colours that mean something; light or dark, as the reader has it. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c1e21, #e6e7e9);
  --quiet: light-dark(#5d636b, #9aa1aa);
  --line: light-dark(#e2e4e8, #2e3238);
  --paper: light-dark(#fff, #15171a);
  --plain: light-dark(#2f62b5, #7aa7ee);
  --good: light-dark(#1a7042, #62c48e);
  --wait: light-dark(#8a5a00, #dfae52);
  --bad: light-dark(#b3261e, #f2857d);
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
body { max-width: 1168px; margin: 0 auto; padding: 0 24px 48px; overflow-wrap: break-word; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px 24px; padding: 20px 0; border-bottom: 1px solid var(--line); }
header p, h1, h2, h3, article p, aside p { margin: 0; }
header p { font-weight: 600; }
nav a { margin-right: 16px; }
a { color: var(--plain); text-decoration: none; }
main a, footer a { text-decoration: underline color-mix(in srgb, currentColor 35%, transparent); text-underline-offset: 3px; }
.row a { text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--plain); outline-offset: 2px; border-radius: 2px; }
h1 { font-size: 24px; font-weight: 600; margin: 32px 0 16px; }
h1 + section h2 { margin-top: 32px; }
h2 { font-size: 18px; font-weight: 600; margin: 56px 0 16px; }
h3 { font-size: 15px; font-weight: 600; }
code { font: inherit; padding: 1px 6px; border: 1px solid var(--line); border-radius: 4px; white-space: nowrap; }
.quiet, footer { color: var(--quiet); }
td:last-child, .release, article p { overflow-wrap: anywhere; }
.plain { color: var(--plain); }
.good { color: var(--good); }
.wait { color: var(--wait); }
.bad { color: var(--bad); }
ul, ol { padding: 0; list-style: none; }
.row { display: flex; flex-wrap: wrap; gap: 4px 20px; }
.row a { margin: 0; }
.scroll { overflow-x: auto; }
figure { margin: 0; }
svg { display: block; overflow: visible; color: var(--quiet); }

article { display: grid; grid-template-columns: 140px 1fr auto; gap: 0 24px; padding: 16px 0 16px 20px; border-left: 3px solid var(--plain); }
article ul { margin: 0; text-align: right; }
aside { padding: 16px 0 16px 184px; border-left: 3px dotted var(--line); color: var(--quiet); }
aside code { color: var(--ink); margin-left: 8px; }
.release { font-weight: 600; }
.release span { font-weight: 400; margin-left: 8px; }

.lanes svg { min-width: 860px; width: 100%; height: auto; }
.lanes figcaption { display: flex; flex-wrap: wrap; gap: 4px 20px; color: var(--quiet); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 32px; }
.plots figcaption { color: var(--quiet); }
.plots strong { display: block; font-size: 24px; font-weight: 600; color: var(--ink); }
[data-release].followed { stroke: var(--ink); stroke-width: 2; }

table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 24px 0 8px; }
th, td { text-align: left; vertical-align: top; padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); }
.numbers th, .numbers td { text-align: right; white-space: nowrap; }
.numbers :first-child { text-align: left; }
th::first-letter { text-transform: uppercase; }
.events time, .events span, [data-field="commit"], [data-field="release"] a, [data-field="environment"] { white-space: nowrap; }
[data-field="pipeline"] { min-width: 90px; overflow-wrap: anywhere; }
.events td:last-child { min-width: 220px; }
tr.followed, tr:target { background: light-dark(#eef3fc, #1d2530); }
dt { font-weight: 600; }
dd { margin: 0 0 16px; max-width: 70ch; }
footer { margin-top: 56px; }

@media (max-width: 760px) {
  body { padding: 0 16px 32px; }
  aside { padding-left: 20px; }
  article { grid-template-columns: 1fr auto; }
  article div { grid-column: 1 / -1; grid-row: 2; }
}
@media (max-width: 1080px) {
  .events thead { position: absolute; clip-path: inset(50%); }
  .events tr { display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 12px 0; border-bottom: 1px solid var(--line); }
  .events td { min-width: 0; padding: 0; border: 0; }
  .events td:last-child { flex-basis: 100%; }
  .events td:empty { display: none; }
}
@media print {
  nav, .lanes .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;

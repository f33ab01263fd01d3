// Charts: series over time by uPlot, bars and sparks in SVG. Each has a table for readers without charts.
import {html, useEffect, useLayoutEffect, useRef, useState} from './html.js';
import uPlot from '../vendor/uplot.js';
import {Link} from './router.js';
import {compact, count, percent, timeText} from './format.js';

/** Colours of series, in order; as in style.css. */
export const TONES = {busy: '--busy', good: '--good', bad: '--bad', wait: '--wait', idle: '--idle', gone: '--gone', part: '--part', accent: '--accent'};

function colour(element, token) {
  const before = element.style.color;
  element.style.color = `var(${token})`;
  const resolved = getComputedStyle(element).color;
  element.style.color = before;
  return resolved;
}

const faded = rgb => rgb.replace(/^rgb\(/, 'rgba(').replace(/\)$/, ', 0.14)');

/** Draws again when the theme changes. */
export function useTheme() {
  const read = () => document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const [theme, setTheme] = useState(read);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const listener = () => setTheme(read());
    media.addEventListener('change', listener);
    addEventListener('refinery-theme', listener);
    return () => {
      media.removeEventListener('change', listener);
      removeEventListener('refinery-theme', listener);
    };
  }, []);
  return theme;
}

/**
 * Values over time. at: epoch seconds, ascending; series: [{title, values, tone}]; format: of a value; bars: columns
 * instead of lines; stacked: areas upon each other, the first at the bottom; onRange(from, to): epoch seconds that were
 * marked by dragging.
 */
export function TimeSeries({title, at, series: given, height = 180, format = compact, bars = false, stacked = false, onRange, table = true}) {
  // Drawn from the top: each area covers the lower part of the one before.
  const series = stacked ? [...given].reverse() : given;
  const frame = useRef(null);
  const plot = useRef(null);
  const theme = useTheme();
  const shape = JSON.stringify([series.map(each => [each.title, each.tone]), bars, height, theme]);
  const drawn = stacked ? sumsUpTo(given).reverse() : series.map(each => each.values);
  const data = [at, ...drawn];
  const latest = useRef({});
  latest.current = {onRange, series};
  useLayoutEffect(() => {
    const element = frame.current;
    const text = colour(element, '--muted');
    const line = colour(element, '--line');
    const width = () => Math.max(200, element.clientWidth);
    const axis = {stroke: text, grid: {stroke: line, width: 1}, ticks: {stroke: line, width: 1}, font: '12px system-ui, sans-serif'};
    plot.current = new uPlot({
      width: width(), height,
      legend: {live: true},
      cursor: {y: false, drag: {x: Boolean(latest.current.onRange), y: false, setScale: false}},
      scales: {x: {time: true}, y: {range: (u, low, high) => [0, Math.max(1, high * 1.08)]}},
      axes: [{...axis, values: clock}, {...axis, size: 52, values: (u, values) => values.map(value => (value === Math.floor(value) || high(u) < 3 ? format(value) : ''))}],
      series: [{label: 'Time', value: (u, value) => (value ? timeText(value * 1000, {seconds: false}) : '–')},
        ...series.map((each, n) => {
          const stroke = colour(element, TONES[each.tone] || '--accent');
          return {label: each.title, stroke, width: bars ? 0 : 1.75, fill: bars || stacked ? stroke : faded(stroke), points: {show: false},
            paths: bars ? uPlot.paths.bars({size: [0.8, 40], gap: 1}) : uPlot.paths.linear(), value: (u, value, s, i) => (value === null || value === undefined ? '–' : format(latest.current.series[n].values[i]))};
        })],
      hooks: {setSelect: [u => {
        if (u.select.width > 4) latest.current.onRange?.(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
        u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
      }]},
    }, data, element);
    const observer = new ResizeObserver(() => plot.current?.setSize({width: width(), height}));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [at, ...given.map(each => each.values)]);
  return html`<figure class="chart"><div ref=${frame} class="chart-frame" role="img" aria-label=${`${title}: ${(stacked ? latests : sums)(given, format)}`}></div>
    ${table && html`<${Numbers} title=${title} head=${['Time', ...given.map(each => each.title)]}
      rows=${() => at.map((x, i) => [timeText(x * 1000, {seconds: false}), ...given.map(each => format(each.values[i]))])} />`}</figure>`;
}

/** Of each series its values and those of all before it. */
function sumsUpTo(series) {
  let below = null;
  return series.map(each => (below = each.values.map((value, i) => (value === null ? null : value + (below?.[i] ?? 0)))));
}

/** The time below a mark, with the day where a day begins or the marks are days. */
function clock(u, marks) {
  const two = n => String(n).padStart(2, '0');
  return marks.map((mark, i) => {
    const at = new Date(mark * 1000);
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const days = marks.length > 1 && marks[1] - marks[0] >= 86400;
    const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
    const told = time === '00:00' || (i === 0 && at.toDateString() !== new Date().toDateString());
    return days ? day.slice(5) : told ? `${time}\n${day.slice(5)}` : time;
  });
}

const high = u => u.scales.y.max ?? 0;

const sums = (series, format) =>
  series.map(each => `${each.title} ${format(each.values.reduce((sum, value) => sum + (value || 0), 0))} in all`).join(', ');

const latests = (series, format) => series.map(each => `${each.title} ${format(each.values.findLast(value => value !== null))}`).join(', ');

/** The numbers of a chart as a table that opens; its rows are made when it does. */
export function Numbers({title, head, rows}) {
  const [open, setOpen] = useState(false);
  return html`<details class="numbers" onToggle=${event => setOpen(event.currentTarget.open)}><summary>As a table</summary>
    ${open && html`<div class="scroll" tabindex="0" role="region" aria-label=${title}><table class="plain"><thead><tr>${head.map(each => html`<th scope="col">${each}</th>`)}</tr></thead>
      <tbody>${rows().map(row => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="number">${cell}</td>`))}</tr>`)}</tbody></table></div>`}
  </details>`;
}

// Parts that share a colour: whole, in stripes, in dots; on units of 1000 a bar.
const DASHES = [null, {every: 12, width: 8}, {every: 7, width: 3}];

function Fill({tone, x, width, dash}) {
  if (!dash) return html`<rect class=${'fill ' + tone} x=${x} y="0" width=${width} height="10" />`;
  return Array.from({length: Math.ceil(width / dash.every)}, (each, n) =>
    html`<rect class=${'fill ' + tone} x=${x + n * dash.every} y="0" width=${Math.min(dash.width, width - n * dash.every)} height="10" />`);
}

/**
 * Parts of a whole on one bar with their legend. parts: [{label, glyph, value, tone, to}]; those of zero are left out.
 * Those that share a tone are told apart by a pattern, and in the legend by their glyph, too.
 */
export function StackedBar({title, parts, total = parts.reduce((sum, part) => sum + part.value, 0), legend = true, format = count}) {
  const drawn = parts.filter(part => part.value > 0);
  const shown = drawn.map((part, i) => ({...part, pattern: Math.min(2, drawn.slice(0, i).filter(before => before.tone === part.tone).length)}));
  let left = 0;
  return html`<figure class="stacked">
    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=${`${title}: ${shown.map(part => `${part.label} ${format(part.value)}`).join(', ') || 'none'}`}>
      <rect class="rest" x="0" y="0" width="1000" height="10" />
      ${shown.map(part => {
        const x = left;
        const width = (1000 * part.value) / Math.max(1, total);
        left += width;
        return html`<g><title>${part.label} ${format(part.value)}</title><${Fill} tone=${part.tone} x=${x} width=${Math.max(width - (left < 999.5 ? 2 : 0), 1)} dash=${DASHES[part.pattern]} /></g>`;
      })}
    </svg>
    ${legend && html`<ul class="legend">${shown.map(part => html`<li><span class=${`key ${part.tone} pattern-${part.pattern}`} aria-hidden="true"></span>${part.glyph && html`<span aria-hidden="true">${part.glyph}</span>`}
      ${part.to ? html`<${Link} to=${part.to}>${part.label} <b>${format(part.value)}</b><//>` : html`${part.label} <b>${format(part.value)}</b>`}
      <span class="muted">${percent(part.value, total)}</span></li>`)}</ul>`}
  </figure>`;
}

/** A small line without axes. */
export function Spark({title, values, tone = 'accent', width = 96, height = 24}) {
  const top = Math.max(1e-9, ...values.map(value => value || 0));
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(height - 1 - ((height - 2) * (value || 0)) / top).toFixed(1)}`).join(' ');
  return html`<svg class=${'spark ' + tone} width=${width} height=${height} role="img" aria-label=${`${title}: last ${compact(values.at(-1))}, at most ${compact(top < 1e-6 ? 0 : top)}`}>
    <polyline points=${points} fill="none" /></svg>`;
}

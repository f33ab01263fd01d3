// Numbers, sizes and times as people read them.
import {html, useEffect, useState} from './html.js';

const NONE = '–';
const missing = value => value === null || value === undefined || value === '';
const grouped = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 1});

/** A number with groups of three digits. */
export const count = n => (missing(n) ? NONE : grouped.format(n));

/** A number in few digits, such as 12.4K. */
export const compact = n => (missing(n) ? NONE : Math.abs(n) < 10000 ? grouped.format(n) : short.format(n));

/** Bytes in powers of 1,000. */
export function bytes(n) {
  if (missing(n)) return NONE;
  let value = Number(n);
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Bytes a second. */
export const rate = n => (missing(n) ? NONE : bytes(n) + '/s');

/** Millicores as cpus. */
export const cpu = millicores => (missing(millicores) ? NONE : `${+(millicores / 1000).toFixed(2)} cpu`);

/** Seconds in the two largest units. */
export function duration(seconds) {
  if (missing(seconds)) return NONE;
  const s = Math.max(0, Number(seconds));
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  const parts = (large, small) => [large, small].filter(part => !part.startsWith('0 ')).join(' ');
  if (s < 3600) return parts(`${Math.floor(s / 60)} min`, `${Math.floor(s % 60)} s`);
  if (s < 86400) return parts(`${Math.floor(s / 3600)} h`, `${Math.floor((s % 3600) / 60)} min`);
  return parts(`${Math.floor(s / 86400)} d`, `${Math.floor((s % 86400) / 3600)} h`);
}

/** Seconds between two times; the later one is now when missing. */
export const between = (from, to) =>
  missing(from) ? null : ((missing(to) ? Date.now() : Date.parse(to)) - Date.parse(from)) / 1000;

export function percent(part, whole) {
  if (!whole) return NONE;
  const value = (100 * part) / whole;
  return `${value > 0 && value < 1 ? '<1' : value < 100 && value > 99 ? '>99' : Math.round(value)} %`;
}

/** A time as words, such as "3 min ago" or "in 2 h". */
export function agoText(at) {
  if (missing(at)) return NONE;
  const seconds = (Date.now() - Date.parse(at)) / 1000;
  const size = Math.abs(seconds);
  const words = size < 60 ? `${Math.floor(size)} s` : size < 3600 ? `${Math.floor(size / 60)} min`
    : size < 86400 ? `${Math.floor(size / 3600)} h` : `${Math.floor(size / 86400)} d`;
  return size < 1 ? 'now' : seconds > 0 ? `${words} ago` : `in ${words}`;
}

const two = n => String(n).padStart(2, '0');

/** A time on this machine's clock, with the day unless it is today. */
export function timeText(at, {day, seconds = true} = {}) {
  if (missing(at)) return NONE;
  const d = new Date(at);
  const clock = `${two(d.getHours())}:${two(d.getMinutes())}${seconds ? ':' + two(d.getSeconds()) : ''}`;
  const today = d.toDateString() === new Date().toDateString();
  return (day ?? !today) ? `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock}` : clock;
}

/** A time on this machine's clock as an element; its title has the time as RFC 3339. */
export const time = (at, options) =>
  missing(at) ? NONE : html`<time datetime=${at} title=${at}>${timeText(at, options)}</time>`;

let tickers = new Set();
let timer = null;

/** Draws again each second, all users together by one timer. */
export function useTick(every = 1) {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    let n = 0;
    const listener = () => ++n % every === 0 && setTick(n);
    tickers.add(listener);
    timer ??= setInterval(() => document.hidden || tickers.forEach(each => each()), 1000);
    return () => {
      tickers.delete(listener);
      if (tickers.size === 0) {
        clearInterval(timer);
        timer = null;
      }
    };
  }, [every]);
  return tick;
}

/** How long ago, kept up to date; its title has the time as RFC 3339. */
export function Ago({at}) {
  useTick(missing(at) || Math.abs(Date.now() - Date.parse(at)) < 60000 ? 1 : 20);
  return missing(at) ? html`<span>${NONE}</span>` : html`<time datetime=${at} title=${at}>${agoText(at)}</time>`;
}

export const ago = at => html`<${Ago} at=${at} />`;

/** The end of a long id, for tight places; the whole stays in the title of what shows it. */
export const shortId = id => (id && id.length > 22 ? id.slice(0, 12) + '…' + id.slice(-6) : id);

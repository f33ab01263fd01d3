// Addresses: the path says which view, the query holds every filter, sort and selection.
import {html, useCallback, useEffect, useState} from './html.js';

const listeners = new Set();
// The addresses of lists when they were left, by their path.
const left = new Map();
const place = () => [location.pathname, location.pathname + location.search];
let [path, address] = place();

function changed() {
  if (path !== location.pathname && path.lastIndexOf('/') === 0) left.set(path, address);
  [path, address] = place();
  listeners.forEach(listener => listener());
}

addEventListener('popstate', changed);

/** Goes to a path of this dashboard, with its query. */
export function navigate(to, {replace = false} = {}) {
  if (to === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState']({}, '', to);
  changed();
}

function useLocation(read) {
  const [value, setValue] = useState(read);
  useEffect(() => {
    const listener = () => setValue(read());
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  }, []);
  return value;
}

/** The path now, without its query. */
export const usePath = () => useLocation(() => location.pathname);

/**
 * [values, set]: the query as an object of texts, and a function that changes some of it; undefined, null and '' take
 * a value away. A change is a new entry of the history, unless {replace: true}.
 */
export function useQuery() {
  const search = useLocation(() => location.search);
  const values = Object.fromEntries(new URLSearchParams(search));
  const set = useCallback((patch, {replace = false} = {}) => {
    const parameters = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(patch)) {
      if (value === undefined || value === null || value === '') parameters.delete(name);
      else parameters.set(name, value);
    }
    const text = parameters.toString();
    navigate(location.pathname + (text ? '?' + text : ''), {replace});
  }, []);
  return [values, set];
}

/** Where a list was left, with its filters and its order. */
export const whereLeft = path => left.get(path) || path;

/** A path with a query, for links; empty values are left out. */
export function link(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, value);
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

/** A link inside the dashboard; the browser's own ways to open it elsewhere work as ever. */
export function Link({to, children, ...rest}) {
  const go = event => {
    rest.onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    navigate(to);
  };
  return html`<a ...${rest} href=${to} onClick=${go}>${children}</a>`;
}

/** The variables of a path by a template such as /jobs/{id}; null if it does not fit. */
export function match(template, path) {
  const expected = template.split('/');
  const found = path.replace(/\/+$/, '').split('/');
  if (template === '/') return found.length === 1 ? {} : null;
  if (expected.length !== found.length) return null;
  const variables = {};
  for (let i = 0; i < expected.length; i++) {
    if (expected[i].startsWith('{')) {
      try {
        variables[expected[i].slice(1, -1)] = decodeURIComponent(found[i]);
      } catch (malformed) {
        return null;
      }
    } else if (expected[i] !== found[i]) return null;
  }
  return variables;
}

/** The title of the page, in the browser's tab. */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · Refinery` : 'Refinery';
  }, [title]);
}

// The API as functions: JSON in and out; every refusal is an ApiProblem.
import {useCallback, useLayoutEffect, useRef, useState} from './html.js';
import {navigate} from './router.js';

const BASE = '/api/v1';

/** A refusal of the API (RFC 9457), or a node that does not answer (status 0). */
export class ApiProblem extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.detail = detail;
    this.errors = errors;
  }
}

/** The address of a path of the API; undefined, null and empty values of the query are left out. */
export function address(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, value);
  }
  const text = parameters.toString();
  const whole = path.startsWith('/api/') ? path : BASE + path;
  return text ? whole + (whole.includes('?') ? '&' : '?') + text : whole;
}

/** Sends a request; the answer's JSON, or null without a body. A 401 leads to the page to sign in. */
export async function send(method, path, body, {query, signal} = {}) {
  const response = await raw(method, path, {query, signal, body: body === undefined ? undefined : JSON.stringify(body)});
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options = {}) => send('GET', path, undefined, options);

export const post = (path, body, options = {}) => send('POST', path, body, options);

/** The response itself, for text and bytes. */
export async function raw(method, path, {query, signal, body, headers = {}} = {}) {
  const where = address(path, query);
  const early = method === 'GET' && window.early?.get(where);
  if (early) window.early.delete(where);
  let response;
  try {
    response = await (early || fetch(where, {
      method, signal, body, credentials: 'same-origin', cache: 'no-store',
      headers: {
        Accept: '*/*', 'X-Refinery-Request': '1', ...(body === undefined ? {} : {'Content-Type': 'application/json'}), ...headers,
      },
    }));
  } catch (failed) {
    if (failed.name === 'AbortError') throw failed;
    throw new ApiProblem(0, 'The node does not answer.');
  }
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch (noJson) {
    // The status says enough.
  }
  if (response.status === 401 && location.pathname !== '/signin') {
    navigate('/signin?next=' + encodeURIComponent(location.pathname + location.search + location.hash), {replace: true});
  }
  throw new ApiProblem(response.status, problem.detail || response.statusText || `status ${response.status}`, problem.errors || []);
}

/** The pages of a list, {items, next} each, until its end or until the reader stops. */
export async function* pages(path, query = {}, {signal} = {}) {
  let cursor;
  do {
    const page = await get(path, {query: {limit: 1000, ...query, cursor}, signal});
    yield page;
    cursor = page.next;
  } while (cursor);
}

/**
 * What a GET answers, read again when path or query change or by reload(); the last answer stays while the next is
 * on its way. path null: nothing is asked. {data, error, loading, reload}
 */
export function useGet(path, query = {}) {
  const key = path === null || path === undefined ? null : address(path, query);
  const [state, setState] = useState({key, data: null, error: null, loading: key !== null});
  const current = useRef(null);
  const load = useCallback(async () => {
    if (key === null) return;
    current.current?.abort();
    const mine = (current.current = new AbortController());
    try {
      const data = await get(key, {signal: mine.signal});
      if (!mine.signal.aborted) setState({key, data, error: null, loading: false});
    } catch (error) {
      if (!mine.signal.aborted) setState(old => ({key, data: old.key === key ? old.data : null, error, loading: false}));
    }
  }, [key]);
  // Before the paint, not after it: what is asked for sooner is there sooner.
  useLayoutEffect(() => {
    setState(old => (old.key === key ? old : {key, data: null, error: null, loading: key !== null}));
    load();
    return () => current.current?.abort();
  }, [load]);
  return {...state, reload: load};
}

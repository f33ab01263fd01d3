// The jump box: from any name, accession, id or digest to its page.
import {html, useEffect, useLayoutEffect, useRef, useState} from '../lib/html.js';
import {get} from '../lib/api.js';
import {navigate} from '../lib/router.js';
import {Dialog} from '../lib/ui.js';

export function Jump({onClose}) {
  const [text, setText] = useState('');
  const [found, setFound] = useState({items: [], of: ''});
  const [at, setAt] = useState(0);
  const input = useRef(null);
  useLayoutEffect(() => input.current.focus(), []);
  useEffect(() => {
    const q = text.trim();
    if (q.length < 2) {
      setFound({items: [], of: ''});
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => get('/jump', {query: {q}, signal: stop.signal}).then(
      answer => {
        setFound({items: answer.items, of: q});
        setAt(0);
      },
      error => error.name === 'AbortError' || setFound({items: [], of: q, error}),
    ), 120);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [text]);
  const go = item => {
    onClose();
    navigate(item.href);
  };
  const keys = event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step && found.items.length > 0) setAt((at + step + found.items.length) % found.items.length);
    else if (event.key === 'Enter' && found.items[at]) go(found.items[at]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Jump to" onClose=${onClose}>
    <div class="jump"><input ref=${input} type="search" role="combobox" aria-expanded=${found.items.length > 0} aria-controls="jump-list" aria-autocomplete="list" aria-label="Accession, id, node, digest, schedule or dataset"
      aria-activedescendant=${found.items[at] ? 'jump-' + at : undefined} placeholder="Accession, id, node, digest, schedule, dataset" autocomplete="off" spellcheck="false"
      value=${text} onInput=${event => setText(event.target.value)} onKeyDown=${keys} />
    <ul id="jump-list" role="listbox" aria-label="Found">${found.items.map((item, i) => html`<li key=${item.kind + item.id} id=${'jump-' + i} role="option" aria-selected=${i === at} onClick=${() => go(item)}>
      <span class="kind">${item.kind}</span><span class="title">${item.title}</span>${item.title !== item.id && html`<code>${item.id}</code>`}</li>`)}</ul>
    <p class="muted" role="status">${found.error ? found.error.detail : found.of && found.items.length === 0 ? `Nothing is known as “${found.of}”.` : found.items.length > 0 ? '↑ ↓ choose, Enter opens' : 'Six characters of an id are enough.'}</p></div><//>`;
}

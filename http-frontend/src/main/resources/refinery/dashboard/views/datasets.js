// Datasets: the list, and two beside each other.
import {html, useEffect, useState} from '../lib/html.js';
import {pages, useGet} from '../lib/api.js';
import {Link, link, navigate, useQuery} from '../lib/router.js';
import {Table, useSelection} from '../lib/table.js';
import {State} from '../lib/states.js';
import {ago, bytes, count} from '../lib/format.js';
import {Empty, Filters, Loading, Page, Panel, Problem} from '../lib/ui.js';

const STATES = ['queued', 'processing', 'done', 'failed', 'cancelled'];

function Datasets() {
  const [query] = useQuery();
  const selection = useSelection({state: query.state, organism: query.organism});
  const two = [...selection.ids];
  return html`<${Page} title="Datasets" lead="Matrices of samples that were quantified here. The same request of the same inputs is the same dataset."
      actions=${html`<${Link} class="button primary" to="/datasets/new">Make a dataset<//><button type="button" disabled=${two.length !== 2} title="Select two" onClick=${() => navigate(link('/datasets/compare', {a: two[0], b: two[1]}))}>Compare two</button>`}>
    <${Filters} fields=${[{key: 'state', label: 'State', options: STATES}, {key: 'organism', label: 'Organism', placeholder: 'homo_sapiens'}]} />
    <${Table} label="Datasets" source=${{path: '/datasets', query: {state: query.state, organism: query.organism}}} columns=${COLUMNS} to=${dataset => '/datasets/' + dataset.id}
      live=${{kind: 'batch'}} selection=${selection} exportName="datasets" empty=${html`<${Empty} title="There is no dataset yet">
        <p>Make one here of a survey's samples, or by <code>refinery dataset create survey=SURVEY</code></p><//>`} />
  <//>`;
}

const sizes = dataset => dataset.files.reduce((sum, file) => sum + file.size, 0);

const COLUMNS = [
  {key: 'id', title: 'Dataset', render: dataset => html`<${Link} to=${'/datasets/' + dataset.id} title=${dataset.id}>${dataset.id.slice(0, 20)}…<//>`},
  {key: 'state', title: 'State', render: dataset => html`<${State} value=${dataset.state} />`},
  {key: 'asked', title: 'Asked', align: 'end', text: dataset => dataset.samples.asked, render: dataset => count(dataset.samples.asked)},
  {key: 'taken', title: 'Taken', align: 'end', text: dataset => dataset.samples.taken, render: dataset => count(dataset.samples.taken)},
  {key: 'dropped', title: 'Dropped', align: 'end', text: dataset => dataset.samples.dropped, render: dataset => (dataset.samples.dropped > 0 ? html`<span class="wait-text">${count(dataset.samples.dropped)}</span>` : '0')},
  {key: 'level', title: 'Level', wide: true, text: dataset => dataset.request.level, render: dataset => dataset.request.level ?? '–'},
  {key: 'matrices', title: 'Matrices', align: 'end', wide: true, text: dataset => dataset.matrices.length, render: dataset => count(dataset.matrices.length)},
  {key: 'size', title: 'Size', align: 'end', wide: true, text: sizes, render: dataset => (dataset.files.length > 0 ? bytes(sizes(dataset)) : '–')},
  {key: 'version', title: 'Version', align: 'end', wide: true},
  {key: 'created_at', title: 'Made', render: dataset => ago(dataset.created_at)},
];

/** Two datasets: what was asked, which samples each has, and which bytes came out. */
export function CompareDatasets() {
  const [query] = useQuery();
  const a = useGet(query.a ? '/datasets/' + encodeURIComponent(query.a) : null);
  const b = useGet(query.b ? '/datasets/' + encodeURIComponent(query.b) : null);
  return html`<${Page} title="Two datasets" crumbs=${[{to: '/datasets', title: 'Datasets'}]}>
    ${!(query.a && query.b) && html`<${Empty} title="Choose two in the list of datasets" />`}
    ${a.error && html`<${Problem} error=${a.error} again=${a.reload} />`}${b.error && html`<${Problem} error=${b.error} again=${b.reload} />`}
    ${a.data && b.data && html`<${Both} a=${a.data} b=${b.data} />`}
  <//>`;
}

const shown = value => (value === undefined || value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value));

function Both({a, b}) {
  const [equal, showEqual] = useState(false);
  const facts = dataset => ({state: dataset.state, version: dataset.version, base: dataset.base, pipeline: dataset.pipeline, ...dataset.request,
    'samples asked': dataset.samples.asked, 'samples taken': dataset.samples.taken, 'samples dropped': dataset.samples.dropped,
    ...Object.fromEntries(dataset.matrices.flatMap(matrix => [[`matrix ${matrix.name}: index`, matrix.index], [`matrix ${matrix.name}: table of genes`, matrix.genes]]))});
  const left = facts(a);
  const right = facts(b);
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const differ = names.filter(name => shown(left[name]) !== shown(right[name]));
  const digests = files => Object.fromEntries(files.map(file => [file.name, file.sha256]));
  const fa = digests(a.files);
  const fb = digests(b.files);
  const files = [...new Set([...Object.keys(fa), ...Object.keys(fb)])].sort();
  return html`
    <${Panel} title="Asked and made" note=${`${differ.length} of ${names.length} differ`} actions=${html`<label class="row"><input type="checkbox" checked=${equal} onChange=${event => showEqual(event.target.checked)} />show what is equal</label>`}>
      <${Sides} name="What was asked and made of each" a=${a.id} b=${b.id} rows=${(equal ? names : differ).map(name => [name, shown(left[name]), shown(right[name])])} /><//>
    <${Panel} title="Files" note=${`${files.filter(name => fa[name] === fb[name]).length} of ${files.length} have the same bytes`}>
      <${Sides} name="Digests of the files of each" a=${a.id} b=${b.id} rows=${files.map(name => [name, fa[name] ? fa[name].slice(0, 16) : '–', fb[name] ? fb[name].slice(0, 16) : '–'])} /><//>
    <${SampleSets} a=${a.id} b=${b.id} />`;
}

function Sides({name, a, b, rows}) {
  if (rows.length === 0) return html`<p class="muted">No difference.</p>`;
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label=${name}><table class="plain">
    <thead><tr><td></td><th scope="col"><${Link} to=${'/datasets/' + a} title=${a}>${a.slice(0, 20)}…<//></th><th scope="col"><${Link} to=${'/datasets/' + b} title=${b}>${b.slice(0, 20)}…<//></th></tr></thead>
    <tbody>${rows.map(([key, x, y]) => html`<tr key=${key} class=${x === y ? '' : 'differs'}><th scope="row">${key}${x !== y && html` <span aria-label="differs">≠</span>`}</th><td><code>${x}</code></td><td><code>${y}</code></td></tr>`)}</tbody></table></div>`;
}

/** All samples that a dataset took, {taken: their digests by name}; until all are read only {read: how many}. */
function useTaken(id) {
  const [state, setState] = useState({read: 0});
  useEffect(() => {
    const stop = new AbortController();
    const readAll = async () => {
      const taken = new Map();
      let read = 0;
      for await (const page of pages(`/datasets/${encodeURIComponent(id)}/samples`, {}, {signal: stop.signal})) {
        page.items.forEach(item => item.state === 'taken' && taken.set(item.sample, item.quant_sha256));
        setState({read: (read += page.items.length)});
      }
      setState({read, taken});
    };
    readAll().catch(error => stop.signal.aborted || setState({read: 0, error}));
    return () => stop.abort();
  }, [id]);
  return state;
}

/** Which samples are in one and not the other, and which have other bytes. */
function SampleSets({a, b}) {
  const left = useTaken(a);
  const right = useTaken(b);
  if (left.error || right.error) return html`<${Problem} error=${left.error || right.error} />`;
  if (!left.taken || !right.taken) return html`<${Loading} what=${`Reading the samples of both, ${count(left.read + right.read)} so far`} />`;
  const x = left.taken;
  const y = right.taken;
  const only = (one, other) => [...one.keys()].filter(name => !other.has(name));
  const other = [...x.keys()].filter(name => y.has(name) && x.get(name) !== y.get(name));
  const part = (title, names) => html`<details open=${names.length > 0 && names.length <= 20}><summary>${title}: ${count(names.length)}</summary><p><code>${names.slice(0, 200).join(' ')}</code>${names.length > 200 && ' …'}</p></details>`;
  return html`<${Panel} title="Samples"><div class="stack tight">
    <p>${count([...x.keys()].filter(name => y.has(name)).length - other.length)} are in both with the same quantification.</p>
    ${part('In both, but quantified otherwise', other)}${part('Only in ' + a.slice(0, 20), only(x, y))}${part('Only in ' + b.slice(0, 20), only(y, x))}</div><//>`;
}

export const routes = [{path: '/datasets', title: 'Datasets', view: Datasets, nav: true}, {path: '/datasets/compare', title: 'Two datasets', view: CompareDatasets, nav: false}];

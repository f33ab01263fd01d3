// Two batches, jobs, surveys or datasets side by side: what is the same and what is not.
import {html, useEffect, useState} from '../lib/html.js';
import {get, pages} from '../lib/api.js';
import {bytes, count} from '../lib/format.js';
import {Link, useQuery} from '../lib/router.js';
import {State, word} from '../lib/states.js';
import {csv, download, Table} from '../lib/table.js';
import {Empty, Loading, Page, Panel, Problem} from '../lib/ui.js';
import {described} from './surveys.js';

const MOST = 5000;

const KINDS = [
  {prefix: 'batch-', path: '/batches/', read: batch},
  {prefix: 'job-', path: '/jobs/', read: job},
  {prefix: 'survey-', path: '/surveys/', read: survey},
  {prefix: 'dataset-', path: '/datasets/', read: dataset},
];

const kindOf = id => KINDS.find(kind => id?.startsWith(kind.prefix));

const flat = (object, prefix = '') => Object.entries(object || {}).flatMap(([name, value]) => value !== null && typeof value === 'object' && !Array.isArray(value)
  ? flat(value, `${prefix}${name}.`) : [[prefix + name, Array.isArray(value) ? value.join(', ') : value]]);

/** What is compared of a thing: {title, sections: {name: {row: value}}}. Values are texts or numbers. */
async function batch(id) {
  const [found, jobs] = await Promise.all([get('/batches/' + id), get('/jobs', {query: {batch_id: id, limit: 200}})]);
  const last = jobs.items.filter(each => each.kind === 'process').toSorted((a, b) => a.created_at.localeCompare(b.created_at)).at(-1);
  const facts = Object.entries(found.facts || {});
  const digest = ([name]) => /(_sha256|_manifest|_batch)$/.test(name) && !name.startsWith('pipeline_');
  return {title: found.key, state: found.state, sections: {
    'What it is': {source: found.source, key: found.key, organism: found.organism, pipeline: found.pipeline, state: found.state},
    Parameters: found.parameters,
    'Tools and pipeline': {...toolsOf(last), ...Object.fromEntries(facts.filter(([name]) => name.startsWith('pipeline_')))},
    'Inputs by digest': {...Object.fromEntries(found.needs.filter(need => need.sha256).map(need => [need.role, need.sha256])), ...Object.fromEntries(found.files.map(file => [file.name, file.md5 && 'md5 ' + file.md5])), ...Object.fromEntries(facts.filter(digest))},
    Quality: {verdict: found.quality?.verdict, ...Object.fromEntries(facts.filter(each => !digest(each) && !each[0].startsWith('quality') && !each[0].startsWith('pipeline_')))},
    'Outputs by digest': Object.fromEntries(found.artifacts.filter(artifact => artifact.role !== 'log').map(artifact => [artifact.name, artifact.sha256])),
    'Sizes of outputs': Object.fromEntries(found.artifacts.filter(artifact => artifact.role !== 'log').map(artifact => [artifact.name, artifact.size])),
    ...usageOf(last),
  }};
}

const toolsOf = found => Object.fromEntries((found?.steps || []).filter(step => step.tool).map(step => [step.name, step.tool]));

const usageOf = found => (found ? {'What it took': Object.fromEntries(found.steps.flatMap(step => [
  [`${step.name}: seconds`, (Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000], [`${step.name}: peak memory`, step.peak_memory], [`${step.name}: cpu seconds`, step.cpu_seconds]]))} : {});

async function job(id) {
  const found = await get('/jobs/' + id);
  return {title: found.key || found.id, state: found.state, sections: {
    'What it is': {kind: found.kind, key: found.key, pipeline: found.pipeline, state: found.state, attempts: found.attempt, node: found.attempts.at(-1)?.node, failure: found.failure?.message},
    'Tools and pipeline': toolsOf(found),
    Commands: Object.fromEntries(found.steps.map(step => [step.name, step.command.join(' ')])),
    Reserved: {cpu: found.resources.cpu, memory: found.resources.memory, disk: found.resources.disk},
    'Outputs by digest': Object.fromEntries(found.artifacts.filter(artifact => artifact.role !== 'log').map(artifact => [artifact.name, artifact.sha256])),
    ...usageOf(found),
  }};
}

async function survey(id) {
  const found = await get('/surveys/' + id);
  const batches = new Map();
  let more = false;
  for await (const page of pages('/batches', {survey_id: id})) {
    page.items.forEach(each => batches.set(each.key, each));
    if (batches.size >= MOST) {
      more = Boolean(page.next);
      break;
    }
  }
  return {title: `${found.source} ${described(found.parameters, 40)}`, state: found.state, batches, more, sections: {
    'What it is': {source: found.source, pipeline: found.pipeline, state: found.state, priority: found.priority},
    Parameters: Object.fromEntries([...flat(found.parameters), ...flat(found.pipeline_parameters, 'pipeline.')]),
    Batches: Object.fromEntries(flat(found.batches)),
  }};
}

async function dataset(id) {
  const found = await get('/datasets/' + id);
  return {title: found.id, state: found.state, sections: {
    'What it is': {state: found.state, version: found.version, base: found.base},
    Request: Object.fromEntries(flat(found.request)),
    Samples: Object.fromEntries(flat(found.samples)),
    'Outputs by digest': Object.fromEntries((found.files || []).map(file => [file.name, file.sha256])),
  }};
}

const same = (a, b) => String(a ?? '') === String(b ?? '');

/** How a row compares: word and glyph beside the colour. */
function mark(a, b) {
  const [left, right] = [a ?? '', b ?? ''].map(String);
  if (left === right) return {key: 'same', glyph: '=', text: 'same', tone: 'good'};
  if (left === '') return {key: 'differs', glyph: '▷', text: 'only B', tone: 'wait'};
  if (right === '') return {key: 'differs', glyph: '◁', text: 'only A', tone: 'wait'};
  const share = Number(left) !== 0 && left.trim() && right.trim() ? Number(right) / Number(left) : NaN;
  return {key: 'differs', glyph: '≠', tone: 'bad', text: Number.isFinite(share) ? `differs, × ${+share.toPrecision(3)}` : 'differs'};
}

function useBoth(a, b) {
  const [found, setFound] = useState({});
  useEffect(() => {
    let current = true;
    setFound({});
    const kind = kindOf(a);
    if (!kind || kind !== kindOf(b)) return undefined;
    Promise.all([kind.read(a), kind.read(b)]).then(([left, right]) => current && setFound({left, right}), error => current && setFound({error}));
    return () => {
      current = false;
    };
  }, [a, b]);
  return found;
}

function Compare() {
  const [query, set] = useQuery();
  const {a = '', b = ''} = query;
  const found = useBoth(a, b);
  const kind = kindOf(a);
  const wrong = a && b && (!kind || kind !== kindOf(b));
  const only = query.only === 'differences';
  return html`<${Page} title="Compare" lead="Two batches, two jobs, two surveys or two datasets: parameters, tools, digests of inputs, quality, and outputs.">
    <${Chooser} a=${a} b=${b} onChoose=${set} />
    ${wrong && html`<${Problem} error=${{detail: 'A and B must be two of a kind: batch-…, job-…, survey-… or dataset-…'}} />`}
    ${found.error && html`<${Problem} error=${found.error} />`}
    ${(!a || !b) && html`<${Empty} title="Choose two"><p>In the list of <${Link} to="/batches">batches<//> choose two, or give their ids here.</p><//>`}
    ${a && b && !wrong && !found.left && !found.error && html`<${Loading} what="Reading both" />`}
    ${found.left && html`
      <label class="check"><input type="checkbox" checked=${only} onChange=${event => set({only: event.target.checked ? 'differences' : ''})} /> <span>Only what differs</span></label>
      ${found.left.batches && html`<${Results} left=${found.left} right=${found.right} only=${only} />`}
      <${Sections} left=${found.left} right=${found.right} a=${a} b=${b} path=${kind.path} only=${only} />`}
  <//>`;
}

function Chooser({a, b, onChoose}) {
  const [ids, setIds] = useState({a, b});
  useEffect(() => setIds({a, b}), [a, b]);
  const go = event => {
    event.preventDefault();
    onChoose({a: ids.a.trim(), b: ids.b.trim()});
  };
  return html`<form class="filters" onSubmit=${go}>${['a', 'b'].map(side => html`<label><span>${side.toUpperCase()}</span><input type="text" size="34" spellcheck="false" autocomplete="off" placeholder="batch-…" value=${ids[side]} onInput=${event => setIds({...ids, [side]: event.target.value})} /></label>`)}
    <button type="submit">Compare</button><button type="button" class="quiet" onClick=${() => onChoose({a: b, b: a})}>Swap</button></form>`;
}

const shown = (section, value) => {
  if (value === undefined || value === null || value === '') return html`<span class="muted">–</span>`;
  if (/[Ss]ize|memory/.test(section) && typeof value === 'number') return bytes(value);
  const text = String(value);
  return /^[0-9a-f]{64}$/.test(text) ? html`<code title=${text}>${text.slice(0, 20)}…</code>` : typeof value === 'number' ? count(value) : text;
};

function Sections({left, right, a, b, path, only}) {
  const names = [...new Set([...Object.keys(left.sections), ...Object.keys(right.sections)])];
  const rows = names.flatMap(section => [...new Set([...Object.keys(left.sections[section] || {}), ...Object.keys(right.sections[section] || {})])]
    .map(name => ({section, name, left: left.sections[section]?.[name], right: right.sections[section]?.[name]}))
    .filter(row => !same(row.left, '') || !same(row.right, '')).map(row => ({...row, mark: mark(row.left, row.right)})));
  const differ = rows.filter(row => row.mark.key === 'differs').length;
  const give = () => download(`compare-${a}-${b}.csv`, 'text/csv', csv([{key: 'section'}, {key: 'name'}, {key: 'a', text: row => row.left}, {key: 'b', text: row => row.right}, {key: 'mark', text: row => row.mark.text}], rows));
  return html`<${Panel} title=${`${count(differ)} of ${count(rows.length)} differ`} actions=${html`<button type="button" class="quiet small" onClick=${give}>Export CSV</button>`}>
    <div class="across" tabindex="0" role="region" aria-label="Comparison"><table class="plain compare"><thead><tr><th scope="col">What</th>
      ${[['A', a, left], ['B', b, right]].map(([side, id, thing]) => html`<th scope="col">${side}: <${Link} to=${path + id}>${thing.title}<//> <${State} value=${thing.state} /></th>`)}<th scope="col">Comparison</th></tr></thead>
      ${names.map(section => {
        const listed = rows.filter(row => row.section === section && (!only || row.mark.key === 'differs'));
        return listed.length === 0 ? null : html`<tbody><tr class="section"><th scope="rowgroup" colspan="4">${section}</th></tr>
          ${listed.map(row => html`<tr class=${row.mark.key}><th scope="row">${/digest|outputs/.test(section) ? row.name : word(row.name)}</th><td>${shown(section + row.name, row.left)}</td><td>${shown(section + row.name, row.right)}</td>
            <td><span class=${'state ' + row.mark.tone}><span aria-hidden="true">${row.mark.glyph}</span> ${row.mark.text}</span></td></tr>`)}</tbody>`;
      })}</table></div>
    ${rows.length > 0 && only && differ === 0 && html`<p>Nothing differs.</p>`}<//>`;
}

const outputs = found => JSON.stringify((found?.artifacts || []).filter(each => each.role !== 'log').map(each => [each.name, each.sha256]).sort());

/** Two surveys' batches by key: whose outputs are the same bytes, and whose are not. */
function Results({left, right, only}) {
  const keys = [...new Set([...left.batches.keys(), ...right.batches.keys()])].sort();
  const rows = keys.map(key => {
    const [x, y] = [left.batches.get(key), right.batches.get(key)];
    const verdict = !x ? ['only B', '▷', 'wait'] : !y ? ['only A', '◁', 'wait'] : x.id === y.id ? ['the same batch', '=', 'good']
      : x.state !== 'done' || y.state !== 'done' ? ['not both done', '◌', 'idle'] : outputs(x) === outputs(y) ? ['same outputs', '=', 'good'] : ['outputs differ', '≠', 'bad'];
    return {id: key, a: x, b: y, verdict};
  });
  const counts = rows.reduce((sum, row) => ({...sum, [row.verdict[0]]: (sum[row.verdict[0]] || 0) + 1}), {});
  const columns = [
    {key: 'id', title: 'Sample', sort: true, render: row => (row.a && row.b && row.a.id !== row.b.id ? html`<${Link} to=${`/compare?a=${row.a.id}&b=${row.b.id}`}>${row.id}<//>` : html`<${Link} to=${'/batches/' + (row.a || row.b).id}>${row.id}<//>`)},
    {key: 'a', title: 'A', text: row => row.a?.state, render: row => html`<${State} value=${row.a?.state} /> ${row.a?.quality && html`<${State} value=${row.a.quality.verdict} />`}`},
    {key: 'b', title: 'B', text: row => row.b?.state, render: row => html`<${State} value=${row.b?.state} /> ${row.b?.quality && html`<${State} value=${row.b.quality.verdict} />`}`},
    {key: 'verdict', title: 'Comparison', sort: row => row.verdict[0], text: row => row.verdict[0], render: row => html`<span class=${'state ' + row.verdict[2]}><span aria-hidden="true">${row.verdict[1]}</span> ${row.verdict[0]}</span>`},
  ];
  const listed = only ? rows.filter(row => !['same outputs', 'the same batch'].includes(row.verdict[0])) : rows;
  return html`<${Panel} title="Results by sample" note=${Object.entries(counts).map(([text, n]) => `${count(n)} ${text}`).join(', ')} flush>
    ${(left.more || right.more) && html`<p class="wait-text pad">Only the newest ${count(MOST)} batches of each are compared here.</p>`}
    <${Table} label="Results by sample" columns=${columns} source=${listed} exportName="results-by-sample" sortParameter="rsort" height="50vh" empty=${html`<p class="pad">Nothing differs.</p>`} /><//>`;
}

export const routes = [{path: '/compare', title: 'Compare', view: Compare, nav: true}];

// One dataset: what was asked, who was dropped and why, the files, and values of some genes.
import {html, useMemo, useState} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {Link, link, useQuery} from '../lib/router.js';
import {useLive} from '../lib/live.js';
import {Table} from '../lib/table.js';
import {Numbers, StackedBar} from '../lib/charts.js';
import {State} from '../lib/states.js';
import {ago, bytes, count} from '../lib/format.js';
import {Copy, Empty, Facts, Loaded, Page, Panel, Problem, Tabs} from '../lib/ui.js';
import {Mark} from './machines.js';

function Dataset({params}) {
  const [query] = useQuery();
  const dataset = useGet('/datasets/' + encodeURIComponent(params.id));
  useLive({id: dataset.data?.batch_id}, dataset.reload, {throttle: 2000});
  const tab = query.tab || 'made';
  return html`<${Page} title=${html`Dataset <code class="id">${params.id}</code>`} name=${params.id} crumbs=${[{to: '/datasets', title: 'Datasets'}]} actions=${dataset.data && html`<${State} value=${dataset.data.state} /><${Link} class="button" to=${link('/datasets/new', {base: params.id})}>Append samples…<//>`}>
    <${Loaded} of=${dataset}>${found => html`
      ${found.reason && html`<div class="notice wait"><p><span aria-hidden="true">!</span> ${found.reason}</p></div>`}
      <${Tabs} tabs=${[{key: 'made', title: 'What was made'}, {key: 'samples', title: 'Samples', count: count(found.samples.asked)}, {key: 'values', title: 'Values'}]} />
      ${tab === 'samples' ? html`<${Samples} id=${found.id} />` : tab === 'values' ? html`<${Values} dataset=${found} />` : html`<${Made} dataset=${found} />`}`}<//>
  <//>`;
}

function Made({dataset}) {
  const {samples} = dataset;
  return html`
    <${Panel} title="Samples">
      <${StackedBar} title="Samples" total=${samples.asked} parts=${[{label: 'taken', value: samples.taken, tone: 'good', to: '?tab=samples'}, {label: 'dropped', value: samples.dropped, tone: 'wait', to: '?tab=samples'}]} />
      ${dataset.dropped.length > 0 && html`<${Dropped} dropped=${dataset.dropped} all=${samples.dropped} />`}<//>
    <${Panel} title="Files" actions=${dataset.state === 'done' && html`<a class="button" href=${dataset.archive_href} download>All as one zip</a>${dataset.crate_href && html`<a class="button" href=${dataset.crate_href} download>RO-Crate</a>`}`} flush>
      <${Table} label="Files" rowKey="name" source=${dataset.files} columns=${FILES} exportName=${dataset.id + '-files'} height="40vh"
        empty=${html`<${Empty} title=${dataset.state === 'done' ? 'It has no files' : `It is ${dataset.state}: there are no files yet`}><p><${Link} to=${'/batches/' + dataset.batch_id}>Its batch<//> says how it goes.</p><//>`} /><//>
    <${Panel} title="What was asked"><${Facts} items=${[
      ...Object.entries(dataset.request).map(([name, value]) => [name, typeof value === 'object' && value !== null ? html`<code>${JSON.stringify(value)}</code>` : String(value)]),
      ['pipeline', dataset.pipeline], ['version', dataset.version], ['appended to', dataset.base && html`<${Link} to=${'/datasets/' + dataset.base}>${dataset.base}<//>`],
      ['of the base', samples.of_base || null], ['made', ago(dataset.created_at)], ['batch', html`<${Link} to=${'/batches/' + dataset.batch_id}>${dataset.batch_id}<//>`],
      ['survey', html`<${Link} to=${'/surveys/' + dataset.survey_id}>${dataset.survey_id}<//>`],
    ]} /><//>
    <${Panel} title="Matrices"><ul class="stack tight">${dataset.matrices.map(matrix => html`<li key=${matrix.name}><strong>${matrix.name}</strong> ${count(matrix.samples)} samples, index <code title=${matrix.index}>${matrix.index.slice(0, 24)}</code>, table of genes <code title=${matrix.genes}>${matrix.genes.slice(0, 24)}</code></li>`)}</ul><//>`;
}

/** Why samples were left out: by reason, the most frequent first. */
function Dropped({dropped, all}) {
  const by = useMemo(() => {
    const groups = new Map();
    for (const one of dropped) groups.set(one.reason, [...(groups.get(one.reason) || []), one.sample]);
    return [...groups].sort((x, y) => y[1].length - x[1].length);
  }, [dropped]);
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Why samples were dropped"><table class="plain">
    <thead><tr><th scope="col">Dropped because</th><th scope="col" class="number">Samples</th><th scope="col">Which</th></tr></thead>
    <tbody>${by.map(([reason, names]) => html`<tr key=${reason}><th scope="row">${reason}</th><td class="number">${count(names.length)}</td><td><code>${names.slice(0, 12).join(' ')}</code>${names.length > 12 && ` and ${count(names.length - 12)} more`}</td></tr>`)}</tbody></table>
    ${dropped.length < all && html`<p class="muted">The first ${count(dropped.length)} of ${count(all)}; all are among the samples.</p>`}</div>`;
}

const FILES = [
  {key: 'name', title: 'File', sort: true, render: file => html`<a href=${file.href} download=${file.name}>${file.name}</a>`},
  {key: 'size', title: 'Size', align: 'end', sort: true, render: file => bytes(file.size)},
  {key: 'media_type', title: 'Type', wide: true},
  {key: 'sha256', title: 'SHA-256', wide: true, render: file => html`<code title=${file.sha256}>${file.sha256.slice(0, 16)}…</code> <${Copy} text=${file.sha256} />`},
];

function Samples({id}) {
  return html`<${Table} label="Samples" rowKey="sample" source=${{path: `/datasets/${encodeURIComponent(id)}/samples`}} exportName=${id + '-samples'} columns=${[
    {key: 'sample', title: 'Sample'},
    {key: 'state', title: 'State', render: one => html`<${Mark} value=${one.state} />`, text: one => one.state},
    {key: 'reason', title: 'Why'},
    {key: 'matrix', title: 'Matrix', wide: true},
    {key: 'mapping_rate', title: 'Mapping rate', align: 'end', wide: true, text: one => one.metadata?.mapping_rate, render: one => one.metadata?.mapping_rate ?? '–'},
    {key: 'batch_id', title: 'Batch', render: one => (one.batch_id ? html`<${Link} to=${'/batches/' + one.batch_id}>${one.batch_id.slice(0, 18)}…<//>` : '–')},
  ]} /><${Rates} id=${id} />`;
}

/** How many samples map how well, in ten columns. */
function Rates({id}) {
  const page = useGet(`/datasets/${encodeURIComponent(id)}/samples`, {limit: 1000});
  const rates = (page.data?.items || []).map(one => parseFloat(one.metadata?.mapping_rate)).filter(Number.isFinite);
  if (rates.length < 2) return null;
  const scale = Math.max(...rates) <= 1 ? 100 : 1;
  const bins = Array.from({length: 10}, () => 0);
  rates.forEach(rate => bins[Math.min(9, Math.max(0, Math.floor((rate * scale) / 10)))]++);
  const most = Math.max(...bins);
  const names = bins.map((n, i) => `${i * 10} to ${i * 10 + 10} %`);
  return html`<${Panel} title="Mapping rates" note=${`${count(rates.length)} samples${page.data.next ? ', the first of them' : ''}`}><figure class="histogram">
    <svg viewBox="0 0 500 120" role="img" aria-label=${'Mapping rates: ' + bins.map((n, i) => `${names[i]} ${n}`).join(', ')}>
      ${bins.map((n, i) => html`<g key=${i}><rect class="fill busy" x=${i * 50 + 3} y=${100 - (95 * n) / most} width="44" height=${(95 * n) / most}><title>${names[i]}: ${n}</title></rect>
        <text x=${i * 50} y="115" text-anchor="middle">${i === 0 ? '' : i * 10}</text></g>`)}
    </svg><${Numbers} title="Mapping rates" head=${['Mapping rate', 'Samples']} rows=${() => bins.map((n, i) => [names[i], count(n)])} /></figure><//>`;
}

/** Values of some genes over all samples, a dot each. */
function Values({dataset}) {
  const [query, set] = useQuery();
  const [text, setText] = useState(query.genes || '');
  const value = query.value || 'counts';
  const slice = useGet(query.genes && dataset.state === 'done' ? `/datasets/${encodeURIComponent(dataset.id)}/slice` : null, {genes: query.genes, value});
  if (dataset.state !== 'done') return html`<${Empty} title=${`It is ${dataset.state}: there are no values yet`} />`;
  const values = dataset.request.values || ['counts'];
  return html`<${Panel} title="Some genes over all samples">
    <form class="filters" onSubmit=${event => { event.preventDefault(); set({genes: text.trim().split(/[\s,]+/).filter(Boolean).join(',')}); }}>
      <label><span>Ids of ${dataset.request.level === 'transcript' ? 'transcripts' : 'genes'}, at most 100</span><input type="search" value=${text} size="40" spellcheck="false" onInput=${event => setText(event.target.value)} /></label>
      <label><span>Value</span><select value=${value} onChange=${event => set({value: event.target.value === 'counts' ? '' : event.target.value})}>${values.map(each => html`<option value=${each}>${each}</option>`)}</select></label>
      <button type="submit" class="primary">Show</button></form>
    ${slice.error && html`<${Problem} error=${slice.error} />`}
    ${slice.data && html`<${Strips} slice=${slice.data} />`}
    ${!query.genes && html`<p class="muted">Without loading the matrix: only these rows are read.</p>`}<//>`;
}

const MOST_DOTS = 2000;

function Strips({slice}) {
  // Not every sample has a value: each dot keeps the name of its own.
  const rows = slice.genes.map(gene => {
    const dots = gene.values.map((value, i) => ({sample: slice.samples[i], value})).filter(dot => dot.value !== null);
    return {id: gene.id, dots: dots.slice(0, MOST_DOTS), values: dots.map(dot => dot.value)};
  });
  const top = Math.log10(1 + Math.max(1, ...rows.flatMap(row => row.dots.map(dot => dot.value))));
  const x = each => 10 + (480 * Math.log10(1 + Math.max(0, each))) / top;
  const ticks = [0, ...Array.from({length: Math.floor(top) + 1}, (_, i) => 10 ** i)];
  return html`<figure class="strips">${rows.map(row => html`<div key=${row.id} class="strip"><span>${row.id}</span>
      <svg viewBox="0 0 500 30" role="img" aria-label=${`${slice.value} of ${row.id}: ${summary(row.values)}`}>
        ${row.dots.map(({sample, value}, i) => html`<circle key=${i} class="fill accent" cx=${x(value)} cy=${8 + ((i * 7) % 15)} r="2.5"><title>${sample}: ${value}</title></circle>`)}</svg>
      <span class="muted">${summary(row.values)}</span></div>`)}
    <div class="strip" aria-hidden="true"><span></span><svg viewBox="0 0 500 16">${ticks.map(each => html`<text key=${each} x=${x(each)} y="12" text-anchor=${x(each) > 465 ? 'end' : 'middle'}>${count(each)}</text>`)}</svg><span class="muted">${slice.value}, on log(1 + x)</span></div>
    <${Numbers} title=${slice.value} head=${['Sample', ...slice.genes.map(gene => gene.id)]} rows=${() => slice.samples.map((sample, i) => [sample, ...slice.genes.map(gene => (gene.values[i] === null ? 'NA' : count(gene.values[i])))])} /></figure>`;
}

function summary(values) {
  if (values.length === 0) return 'no sample has it';
  const sorted = [...values].sort((a, b) => a - b);
  return `median ${count(sorted[Math.floor(sorted.length / 2)])}, ${count(sorted[0])} to ${count(sorted.at(-1))}`;
}

export const routes = [{path: '/datasets/{id}', title: 'Dataset', view: Dataset, nav: false}];

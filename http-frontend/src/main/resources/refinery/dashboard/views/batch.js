// One batch's whole story: why it stands as it does, its jobs on a time line, what it needs, where its files came from,
// how good it is, what came out, and who did what.
import {html, useState} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {Action, refinery} from '../lib/actions.js';
import {Numbers} from '../lib/charts.js';
import {ago, between, bytes, count, cpu, duration, time} from '../lib/format.js';
import {useLive} from '../lib/live.js';
import {Link} from '../lib/router.js';
import {FailureClass, State, tone, word} from '../lib/states.js';
import {History} from '../lib/story.js';
import {Table} from '../lib/table.js';
import {Copy, Facts, Loaded, Page, Panel} from '../lib/ui.js';
import {Accession, Address} from './archives.js';

const OPEN = ['queued', 'downloading', 'downloaded', 'processing'];

function Batch({params}) {
  const path = '/batches/' + encodeURIComponent(params.id);
  const found = useGet(path);
  const jobs = useGet('/jobs', {batch_id: params.id, limit: 200});
  const deliveries = useGet(path + '/deliveries');
  const history = useGet(path + '/history');
  const reload = () => [found, jobs, deliveries, history].forEach(each => each.reload());
  const own = change => change.id === params.id || (found.data?.job_ids || []).includes(change.id);
  useLive(own, reload, {throttle: 2000});
  return html`<${Loaded} of=${found}>${batch => html`<${Shown} batch=${batch} jobs=${(jobs.data?.items || []).toSorted((a, b) => a.created_at.localeCompare(b.created_at))}
    deliveries=${deliveries} history=${history} reload=${reload} />`}<//>`;
}

function Shown({batch, jobs, deliveries, history, reload}) {
  return html`<${Page} title=${batch.key} crumbs=${[{to: '/batches', title: 'Batches'}]} actions=${html`<${Actions} batch=${batch} onDone=${reload} />`}
      lead=${html`<${State} value=${batch.state} /> ${batch.quality && html`<${State} value=${batch.quality.verdict} />`} <code>${batch.id}</code>`}>
    ${batch.reason && html`<div class=${'why ' + tone(batch.state)} role="note"><p><b>Why:</b> ${batch.reason}</p></div>`}
    ${batch.withdrawn_at && html`<div class="why wait" role="note"><p><span aria-hidden="true">!</span> Its source did not list it any more at ${time(batch.withdrawn_at)}.</p></div>`}
    <div class="grid two">
      <${Panel} title="What it is"><${Facts} items=${[['Source', html`${batch.source}: <${Accession} value=${batch.key} />`], ['Organism', batch.organism], ['Pipeline', batch.pipeline], ['Found', html`${time(batch.created_at)} (${ago(batch.created_at)})`], ['Last change', ago(batch.updated_at)],
        ['Who acted last', batch.actor], ['Surveys', html`${batch.survey_ids.map(id => html`<${Link} to=${'/surveys/' + id}><code>${id}</code><//> `)}`]]} />
        ${Object.keys(batch.parameters).length > 0 && html`<h3>Parameters</h3><${Facts} items=${Object.entries(batch.parameters)} />`}<//>
      <${Panel} title="What it took"><${Costs} costs=${batch.costs} /><//>
    </div>
    <${Panel} title="Time line" note="Waiting, attempts and steps, of all jobs."><${TimeLine} jobs=${jobs} /><//>
    <div class="grid">
      <${Panel} title="Needs" note="What has to be there before it is processed."><${Needs} needs=${batch.needs} /><//>
      <${Panel} title="Verdict"><${Verdict} batch=${batch} /><//>
    </div>
    <${Panel} title="Files" note="The places of each, in the order in which they are tried."><${Loaded} of=${deliveries}>${page => html`<${Files} files=${batch.files} deliveries=${page.items} />`}<//><//>
    <${Panel} title="Jobs" flush><${Table} label="Jobs" columns=${JOBS} source=${jobs} to=${job => '/jobs/' + job.id} exportName=${'jobs-' + batch.id} sortParameter="jobsort" empty=${html`<p class="muted pad">It has no job.</p>`} /><//>
    <${Panel} title="What came out" note=${`${count(batch.artifacts.length)} artifacts`} flush><${Table} label="Artifacts" columns=${ARTIFACTS} source=${batch.artifacts} rowKey="name" exportName=${'artifacts-' + batch.id} sortParameter="artifactsort" empty=${html`<p class="muted pad">Nothing yet.</p>`} /><//>
    <${Panel} title="Provenance"><${Provenance} batch=${batch} jobs=${jobs} /><//>
    <${Panel} title="What its archive says"><${Metadata} metadata=${batch.metadata} /><//>
    <${Panel} title="Who did what"><${Loaded} of=${history}>${page => html`<${History} events=${page.items} detail=${said} />`}<//><//>
  <//>`;
}

function Actions({batch, onDone}) {
  const path = verb => `/batches/${batch.id}/${verb}`;
  return html`
    ${(batch.state === 'failed' || batch.state === 'cancelled') && html`<${Action} label="Retry" primary path=${path('retry')} cli=${refinery('retry', batch.id)} onDone=${onDone} />`}
    ${OPEN.includes(batch.state) && html`<${Action} label="Cancel" danger path=${path('cancel')} cli=${refinery('cancel', batch.id)} onDone=${onDone} confirm="Cancels it for every survey that wants it." />`}
    ${(batch.state === 'done' || batch.state === 'failed') && html`<${Action} label="Reprocess" path=${path('reprocess')} cli=${refinery('reprocess', batch.id)} onDone=${onDone} confirm="Begins anew with new jobs; an equal earlier result is reused." />`}
    ${batch.state === 'failed' && html`<${Action} label="Release raw data" path=${path('release')} cli=${refinery('release', batch.id)} onDone=${onDone} confirm="A retry then has to download again." />`}
    <${Link} class="button" to=${'/compare?a=' + batch.id}>Compare…<//>`;
}

const hours = value => (value < 0.1 ? duration(value * 3600) : `${+value.toPrecision(3)} h`);

const Costs = ({costs}) => costs ? html`<${Facts} items=${[['Cpu', hours(costs.cpu_hours)], ['Cpu reserved', hours(costs.cpu_hours_reserved)], ['Memory reserved', `${+costs.gb_hours_reserved.toPrecision(3)} GB·h`],
  ['Downloaded', bytes(costs.bytes_downloaded)], ['Kept', bytes(costs.bytes_kept)], ['Money', costs.money && costs.money.once !== null && `${costs.money.once.toFixed(4)} ${costs.money.currency}`]]} />` : null;

/** The bars of the time line: [{label, job, level, parts: [{from, to, tone, text}]}], times in milliseconds. */
function bars(jobs, now) {
  const at = text => Date.parse(text);
  return jobs.flatMap(job => {
    const parts = [];
    let idle = at(job.created_at);
    for (const attempt of job.attempts) {
      const from = at(attempt.started_at);
      const to = attempt.finished_at ? at(attempt.finished_at) : now;
      if (from > idle) parts.push({from: idle, to: from, tone: 'idle', text: 'waited'});
      parts.push({from, to, tone: tone(attempt.outcome), text: `attempt ${attempt.number}: ${word(attempt.outcome)} on ${attempt.node}`});
      idle = to;
    }
    if (!job.finished_at && idle < now && !job.attempts.some(attempt => !attempt.finished_at)) parts.push({from: idle, to: now, tone: 'wait', text: word(job.state)});
    const steps = job.steps.map(step => ({label: step.name, job, level: 1, parts: [{from: at(step.started_at), to: at(step.finished_at), tone: step.exit_code === 0 ? 'accent' : 'bad', text: step.tool || step.name}]}));
    return [{label: job.kind, job, level: 0, parts}, ...steps];
  });
}

function TimeLine({jobs}) {
  const now = Date.now();
  const rows = bars(jobs, now);
  const all = rows.flatMap(row => row.parts);
  if (all.length === 0) return html`<p class="muted">Nothing has begun yet.</p>`;
  const from = Math.min(...all.map(part => part.from));
  const to = Math.max(...all.map(part => part.to), from + 1000);
  const share = ms => `${(100 * ms) / (to - from)}%`;
  return html`<div class="timeline-rows">
    ${rows.map(row => html`<div class=${'timeline-row level-' + row.level}><span class="timeline-label">${row.level === 0 ? html`<${Link} to=${'/jobs/' + row.job.id}>${row.label}<//>` : row.label}</span>
      <span class="timeline-track">${row.parts.map(part => html`<span class=${'fill ' + part.tone} title=${`${part.text}, ${duration((part.to - part.from) / 1000)}`} style=${{left: share(part.from - from), width: `max(3px, ${share(part.to - part.from)})`}}></span>`)}</span>
      <span class="timeline-time muted">${duration(row.parts.reduce((sum, part) => sum + (part.tone === 'idle' ? 0 : part.to - part.from), 0) / 1000)}</span></div>`)}
    <div class="timeline-row axis muted"><span class="timeline-label"></span><span class="timeline-axis"><span>${time(new Date(from).toISOString())}</span><span>${time(new Date(to).toISOString())}</span></span><span class="timeline-time"></span></div>
  </div>
  <ul class="legend"><li><span class="key idle" aria-hidden="true"></span>waited</li><li><span class="key good" aria-hidden="true"></span>✓ succeeded</li><li><span class="key busy" aria-hidden="true"></span>▶ running</li><li><span class="key bad" aria-hidden="true"></span>✕ failed</li><li><span class="key accent" aria-hidden="true"></span>step</li></ul>
  <${Numbers} title="Time line" head=${['Job or step', 'What', 'From', 'Seconds']} rows=${() => rows.flatMap(row => row.parts.map(part => [row.label, part.text, new Date(part.from).toISOString(), ((part.to - part.from) / 1000).toFixed(1)]))} />`;
}

function Needs({needs}) {
  if (needs.length === 0) return html`<p class="muted">None is known yet.</p>`;
  return html`<table class="plain needs"><thead><tr><th scope="col">Need</th><th scope="col">State</th><th scope="col">What</th></tr></thead>
    <tbody>${needs.map(need => html`<tr><th scope="row">${need.role}</th><td><${State} value=${need.state} /></td><td>${need.detail}${need.sha256 && html` <a href=${'/api/v1/artifacts/' + need.sha256} title=${need.sha256}><code>${need.sha256.slice(0, 12)}…</code></a>`}
      ${maker(need.detail)}</td></tr>`)}</tbody></table>`;
}

/** A need that another batch meets says which. */
function maker(detail) {
  const found = /\bbatch-[0-9a-z-]+/.exec(detail || '');
  return found ? html` <${Link} to=${'/batches/' + found[0]}>its batch<//>` : null;
}

const number = text => (/^-?\d+(\.\d+)?$/.test(text) ? count(Number(Number(text).toPrecision(6))) : text);

function Verdict({batch}) {
  const facts = Object.entries(batch.facts || {}).filter(([name]) => !name.startsWith('quality'));
  return html`
    ${batch.quality ? html`<p><${State} value=${batch.quality.verdict} /> ${batch.quality.reasons.length === 0 && 'by all of its rules'}</p>
      <ul class="reasons">${batch.quality.reasons.map(reason => html`<li><${State} value=${reason.level} /> ${reason.message || `${word(reason.measure)} ${reason.value} ${reason.unit}`} <span class="muted">${reason.threshold}</span></li>`)}</ul>`
    : html`<p class="muted">${batch.state === 'done' ? 'Its pipeline judges nothing.' : 'It is judged when it is done.'}</p>`}
    ${facts.length > 0 && html`<details><summary>${count(facts.length)} facts</summary><table class="plain"><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${word(name)}</th><td>${number(value)}</td></tr>`)}</tbody></table></details>`}`;
}

const OUTCOMES = {delivered: ['good', '✓'], failed: ['bad', '✕'], untried: ['idle', '·']};

function Files({files, deliveries}) {
  if (files.length === 0) return html`<p class="muted">It downloads nothing.</p>`;
  return html`<ul class="deliveries">${deliveries.map((delivery, i) => {
    const file = files[i] || {};
    return html`<li key=${delivery.name}><p><b>${delivery.name}</b> <span class="muted">${bytes(file.size)}${file.md5 && html`, md5 <code>${file.md5}</code>`}</span>
        ${delivery.delivered_from && html` <span class="state good"><span aria-hidden="true">✓</span> from ${delivery.delivered_from}</span>`}</p>
      <ol>${delivery.places.map(place => {
        const [colour, glyph] = OUTCOMES[place.outcome];
        return html`<li><span class=${'state ' + colour}><span aria-hidden="true">${glyph}</span> ${place.outcome}</span> <${Address} url=${place.url} />
          ${place.tries.length > 0 && html`<ul class="tries">${place.tries.map(each => html`<li>${each.at && html`${time(each.at)} `}${each.job && html`<${Link} to=${'/jobs/' + each.job}>its job<//> `}<span class="bad-text">${each.message}</span></li>`)}</ul>`}</li>`;
      })}</ol>
      ${delivery.url && !delivery.places.some(place => place.url === delivery.url) && html`<p>Delivered as <${Address} url=${delivery.url} /></p>`}</li>`;
  })}</ul>`;
}

const JOBS = [
  {key: 'kind', title: 'Job', width: '110px', render: job => html`<${Link} to=${'/jobs/' + job.id}>${job.kind}<//>`},
  {key: 'state', title: 'State', width: '140px', render: job => html`<${State} value=${job.state} />`},
  {key: 'attempt', title: 'Attempts', align: 'end'},
  {key: 'node', title: 'Node', text: job => job.attempts.at(-1)?.node, render: job => { const node = job.node ?? job.attempts.at(-1)?.node; return node ? html`<${Link} to=${'/nodes/' + node}>${node}<//>` : '–'; }},
  {key: 'waited', title: 'Waited', align: 'end', text: job => between(job.created_at, job.attempts[0]?.started_at), render: job => duration(between(job.created_at, job.attempts[0]?.started_at ?? job.finished_at))},
  {key: 'ran', title: 'Ran', align: 'end', text: job => between(job.started_at, job.finished_at), render: job => job.started_at ? duration(between(job.started_at, job.finished_at)) : '–'},
  {key: 'peak', title: 'Memory', align: 'end', wide: true, text: job => Math.max(0, ...job.attempts.map(each => each.peak_memory)), render: job => `${bytes(Math.max(0, ...job.attempts.map(each => each.peak_memory)))} of ${bytes(job.resources.memory)}`},
  {key: 'cpu', title: 'Cpu', align: 'end', wide: true, text: job => job.resources.cpu, render: job => cpu(job.resources.cpu)},
  {key: 'why', title: 'Why', text: job => job.failure?.message ?? job.waiting_for, render: job => job.failure ? html`<${FailureClass} value=${job.failure.class} /> <span title=${job.failure.message}>${job.failure.message}</span>` : job.waiting_for ?? ''},
];

const ARTIFACTS = [
  {key: 'name', title: 'Name', sort: true, render: artifact => html`<a href=${artifact.href} download=${artifact.name}>${artifact.name}</a>`},
  {key: 'role', title: 'Role', sort: true, wide: true},
  {key: 'size', title: 'Size', align: 'end', sort: true, render: artifact => bytes(artifact.size)},
  {key: 'media_type', title: 'Type', sort: true, wide: true},
  {key: 'sha256', title: 'SHA-256', render: artifact => html`<code title=${artifact.sha256}>${artifact.sha256.slice(0, 16)}…</code> <${Copy} text=${artifact.sha256} />`},
];

function Provenance({batch, jobs}) {
  const tools = [...new Set(jobs.flatMap(job => job.steps.map(step => step.tool)).filter(Boolean))];
  return html`<p>How it came to be, as a Workflow Run RO-Crate: <a href=${`/api/v1/batches/${batch.id}/provenance`}>as JSON-LD</a>, or <a href=${`/api/v1/batches/${batch.id}/crate`} download>with its files as a zip</a>. To make it again elsewhere: <code>refinery reproduce</code>.</p>
    <${Facts} items=${[['Tools', tools.join(', ')], ['Reused from', batch.facts?.reused_from && html`<${Link} to=${'/jobs/' + batch.facts.reused_from}><code>${batch.facts.reused_from}</code><//>`]]} />
    <p>Its files, verified: <code>refinery fetch ${batch.id} --to results/</code></p>`;
}

/** Words of an archive are shown as the text that they are. */
function Metadata({metadata}) {
  const [words, setWords] = useState('');
  const original = Object.entries(metadata?.original || {});
  const harmonised = Object.entries(metadata?.harmonised || {});
  const shown = original.filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(words.toLowerCase()));
  return html`
    ${harmonised.length > 0 && html`<h3>Harmonised</h3><div class="scroll" tabindex="0" role="region" aria-label="Harmonised"><table class="plain"><thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">From</th><th scope="col">Rule</th></tr></thead>
      <tbody>${harmonised.map(([name, value]) => html`<tr><th scope="row">${word(name)}</th><td>${value.value}${value.unit && ` ${value.unit}`}</td><td><code>${value.from}</code></td><td><code>${value.rule}</code></td></tr>`)}</tbody></table></div>`}
    <details><summary>All ${count(original.length)} words of it, as they are</summary>
      <label class="inline"><span>Find</span> <input type="search" value=${words} onInput=${event => setWords(event.target.value)} /></label>
      <table class="plain original"><tbody>${shown.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></details>`;
}

/** What to say of an event of a batch, beside its name. */
function said(entry) {
  const event = entry.event || {};
  const text = event.reason ?? event.failure?.message ?? event.result?.files?.map(file => `${file.name} from ${file.delivered_from}`).join(', ');
  return html`${event.job && html`<${Link} to=${'/jobs/' + event.job}>${event.job}<//> `}${text && html`<span class="muted">${text}</span>`}`;
}

export const routes = [{path: '/batches/{id}', title: 'Batch', view: Batch, nav: false}];

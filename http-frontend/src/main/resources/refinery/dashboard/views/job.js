// One job: its log, what can be done, why it stands where it stands, its times, and who did what.
import {html, useState} from '../lib/html.js';
import {Facts, Loaded, Page, Panel, Problem} from '../lib/ui.js';
import {link, Link} from '../lib/router.js';
import {useGet} from '../lib/api.js';
import {useLive} from '../lib/live.js';
import {Action, refinery} from '../lib/actions.js';
import {FailureClass, State} from '../lib/states.js';
import {History} from '../lib/story.js';
import {ago, between, bytes, count, cpu, duration, time, useTick} from '../lib/format.js';
import {Log} from './log.js';
import {Timeline, Usage} from './timeline.js';

const OVER = ['succeeded', 'failed', 'cancelled'];

function Actions({job, onDone}) {
  const [priority, setPriority] = useState(null);
  const wanted = Number(priority ?? job.priority);
  return html`
    <${Action} label="Retry" primary=${job.state === 'failed'} disabled=${!['failed', 'cancelled', 'waiting'].includes(job.state)} path=${`/jobs/${job.id}/retry`} cli=${refinery('retry', job.id)} onDone=${onDone} />
    <${Action} label="Cancel" danger disabled=${OVER.includes(job.state)} path=${`/jobs/${job.id}/cancel`} body=${{reason: 'cancelled in the dashboard'}} cli=${refinery('cancel', job.id)}
      confirm=${html`<p>Its processes end, and what its attempt has made goes. A retry takes it up again.</p>`} onDone=${onDone} />
    <span class="row"><label class="inline">Priority <input type="number" min="0" max="100" value=${wanted} onInput=${event => setPriority(event.target.value)} /></label>
      <${Action} label="Set" disabled=${job.state === 'succeeded' || wanted === job.priority || !(wanted >= 0 && wanted <= 100)} path=${`/jobs/${job.id}/priority`} body=${{priority: wanted}} cli=${refinery('priority', job.id, wanted)} onDone=${onDone} /></span>`;
}

/** The scheduler's own words and numbers, and what would release it. */
export function Explanation({of}) {
  useTick(5);
  if (of.error && !of.data) return html`<${Problem} error=${of.error} />`;
  if (!of.data) return null;
  const {reason, release, retry_at: retryAt, scheduler} = of.data;
  const waits = scheduler?.waits;
  return html`<ul class="reasons">${reason.split('; ').map((part, i) => html`<li key=${i}>${part}</li>`)}</ul>
    ${retryAt && html`<p>It is tried again ${ago(retryAt)}, at ${time(retryAt)}.</p>`}
    ${release.length > 0 && html`<h3>What releases it</h3><ul class="release">${release.map(way => html`<li key=${way}>${way}</li>`)}</ul>`}
    ${waits && html`<details><summary>In numbers</summary><${Facts} items=${[['Queued for', duration(waits.queued_seconds)], ['Of its kind before it', count(waits.equal_before)],
        ['Of higher priority', count(waits.higher_before)], ['Its survey holds', `${(100 * waits.share).toFixed(1)} % of the cluster`],
        ...waits.tokens.map(token => [`Token ${token.name}`, `${count(token.taken)} of ${count(token.limit)} taken, needs ${token.needs}`])]} />
      <table class="plain"><thead><tr><th scope="col">Node</th><th scope="col">Cpu free</th><th scope="col">Memory free</th><th scope="col">Disk free</th></tr></thead>
        <tbody>${waits.nodes.map(node => html`<tr key=${node.node}><th scope="row"><${Link} to=${'/nodes/' + node.node}>${node.node}<//> ${node.refuses && html`<span class="wait-text">${node.refuses}</span>`}</th>
          <td>${cpu(node.cpu_free)} of ${cpu(node.cpu)}</td><td>${bytes(node.memory_free)} of ${bytes(node.memory)}</td><td>${bytes(node.disk_free)} of ${bytes(node.disk)}</td></tr>`)}</tbody></table></details>`}`;
}

const TITLES = {queued: 'Why it waits', waiting: 'Why it waits', unplaceable: 'Why no node takes it', failed: 'Why it failed', cancelled: 'Why it ended', running: 'What it does', succeeded: 'How it ended'};

function About({job}) {
  const batches = job.batch_ids.slice(0, 5);
  return html`<${Facts} items=${[
    ['Kind', job.kind], ['Pipeline', job.pipeline], ['Works on', job.key],
    ['Node', job.node && html`<${Link} to=${'/nodes/' + job.node}>${job.node}<//>`],
    ['Survey', job.survey_id && html`<${Link} to=${'/surveys/' + job.survey_id}>${job.survey_id}<//>`],
    ['Batches', batches.length > 0 && html`${batches.map(id => html`<span key=${id}><${Link} to=${'/batches/' + id}>${id}<//> </span>`)}${job.batch_ids.length > batches.length && `and ${job.batch_ids.length - batches.length} more`}`],
    ['Provenance', batches.length > 0 && html`<a href=${`/api/v1/batches/${batches[0]}/provenance`}>RO-Crate of ${batches.length > 1 ? 'the first batch' : 'its batch'}</a>`],
    ['Reserves', `${cpu(job.resources.cpu)}, ${bytes(job.resources.memory)}, disk ${bytes(job.resources.disk)}`],
    ['Tokens', Object.entries(job.resources.tokens || {}).map(([name, n]) => `${n} ${name}`).join(', ')],
    ['Made', html`${time(job.created_at)}, ${ago(job.created_at)}`],
    ['Took', job.started_at && duration(between(job.started_at, job.finished_at))],
    ['Artifacts', job.artifacts.length > 0 && html`<details><summary>${count(job.artifacts.length)}</summary><ul>${job.artifacts.map(artifact => html`<li key=${artifact.name + artifact.sha256}>
      <a href=${'/api/v1/artifacts/' + artifact.sha256}>${artifact.name}</a> <span class="muted">${bytes(artifact.size)}</span></li>`)}</ul></details>`],
    ['Made of', job.reused && html`<${Link} to=${'/jobs/' + job.reused.from}>${job.reused.from}<//>, reused`],
  ]} />`;
}

function Job({params}) {
  const id = params.id;
  const found = useGet(`/jobs/${id}`);
  const history = useGet(`/jobs/${id}/history`);
  const why = useGet(`/jobs/${id}/explanation`);
  const reload = () => {
    found.reload();
    history.reload();
    why.reload();
  };
  useLive({id}, reload, {throttle: 500});
  useTickWhile(found.data && ['queued', 'unplaceable'].includes(found.data.state), why.reload);
  const job = found.data;
  const events = history.data?.items || [];
  return html`<${Page} title=${html`Job ${job?.key || id}`} name=${`Job ${job?.key || id}`} crumbs=${[{to: '/jobs', title: 'Jobs'}]} actions=${job && html`<${Actions} job=${job} onDone=${reload} />`}>
    <${Loaded} of=${found}>${shown => html`
      <div class="row"><${State} value=${shown.state} /> ${shown.failure && shown.state === 'failed' && html`<${FailureClass} value=${shown.failure.class} />`}
        <code>${shown.id}</code> <span class="muted">attempt ${shown.attempt}, priority ${shown.priority}</span>
        ${shown.state === 'failed' && html`<${Link} to=${link('/failures', {failure_class: shown.failure?.class})}>others that failed<//>`}</div>
      <div class="job-screen">
        <${Panel} title="Log" class="job-log"><${Log} job=${shown} /><//>
        <div class="stack">
          <${Panel} title=${TITLES[shown.state]}><${Explanation} of=${why} /><//>
          <${Panel} title="About"><${About} job=${shown} /><//>
        </div>
      </div>
      <div class="halves">
        <${Panel} title="Time line" note="from when it was submitted, with what it waited for"><${Timeline} events=${events} over=${OVER.includes(shown.state)} /><//>
        <${Panel} title="Declared against used"><${Usage} job=${shown} events=${events} /><//>
      </div>
      <${Panel} title="Who did what"><${History} events=${events} detail=${detail} /><//>`}<//>
  <//>`;
}

/** Reads again every few seconds while it waits: what it waits for changes without an event of its own. */
function useTickWhile(active, reload) {
  const tick = useTick(5);
  const last = useState({tick: 0})[0];
  if (active && tick !== last.tick) {
    last.tick = tick;
    queueMicrotask(reload);
  }
}

function detail({type, event}) {
  const text = {
    started: () => `attempt ${event.attempt} on ${event.node}`,
    attempt_succeeded: () => `attempt ${event.attempt}, ${event.steps?.length ?? 0} steps`,
    attempt_failed: () => `attempt ${event.attempt}: ${event.failure?.message} (${event.failure?.class})`,
    retry_scheduled: () => `for ${event.retry_at}`,
    given_up: () => event.failure?.message,
    priority_changed: () => `to ${event.priority}`,
    priority_wanted: () => `${event.priority} by ${event.owner}`,
    owner_informed: () => event.owner,
    submitted: () => `${event.spec?.kind} of ${event.spec?.pipeline || event.spec?.work?.key || ''}`,
  }[type]?.() ?? event.reason;
  return text ? html`<span class="muted">${String(text)}</span>` : null;
}

export const routes = [{path: '/jobs/{id}', title: 'Job', view: Job, nav: false}];

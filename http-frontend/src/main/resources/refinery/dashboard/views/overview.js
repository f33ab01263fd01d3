// The whole at a glance: is it healthy, what does it do, what failed and why, what waits and why.
import {html, useEffect, useMemo, useState} from '../lib/html.js';
import {get, useGet} from '../lib/api.js';
import {Link, link, useQuery} from '../lib/router.js';
import {useLive} from '../lib/live.js';
import {Ago, bytes, count, compact, duration, between, useTick} from '../lib/format.js';
import {FailureClass, State, glyph, tone, word} from '../lib/states.js';
import {StackedBar, TimeSeries} from '../lib/charts.js';
import {Empty, Loaded, Page, Panel, Problem, Stat} from '../lib/ui.js';

const RANGES = {
  '1h': {title: 'hour', seconds: 3600, step: 60}, '6h': {title: '6 hours', seconds: 21600, step: 300},
  '24h': {title: 'day', seconds: 86400, step: 900}, '7d': {title: 'week', seconds: 604800, step: 7200},
};
const DEFAULT = '1h';

/** Asks again when something changed, at most each so many milliseconds, and each minute. */
function useFresh(answer, throttle) {
  useLive(undefined, answer.reload, {throttle});
  const tick = useTick(60);
  useEffect(() => {
    if (tick) answer.reload();
  }, [tick]);
}

function Overview() {
  const health = useGet('/health');
  useFresh(health, 3000);
  return html`<${Page} title="Overview">
    <${Loaded} of=${health}>${data => html`
      <${Condition} health=${data} />
      <${Figures} health=${data} />
      <${Throughput} />
      <div class="grid two">
        <div class="stack"><${Failures} failures=${data.counts.failures || []} failed=${sumOf(data.counts.jobs, 'failed')} /><${Oldest} oldest=${data.oldest_wait} /></div>
        <div class="stack"><${Standing} counts=${data.counts} /><${Storage} storage=${data.storage} /></div>
      </div>
      <${Machines} health=${data} />`}<//><//>`;
}

const sumOf = (jobs, state) => Object.values(jobs).reduce((sum, states) => sum + (states[state] || 0), 0);

function Condition({health}) {
  return health.problems.length === 0
    ? html`<p class="condition good" role="status"><span aria-hidden="true">✓</span> All is well: the scheduler and the foreman answer, ${health.scheduler.nodes_up} of ${health.scheduler.nodes} ${health.scheduler.nodes === 1 ? 'node' : 'nodes'} up.</p>`
    : html`<div class="condition bad" role="status"><p><span aria-hidden="true">!</span> <strong>${health.problems.length === 1 ? 'Something is' : `${health.problems.length} things are`} in the way</strong></p>
        <ul>${health.problems.map(problem => html`<li>${problem}</li>`)}</ul></div>`;
}

function Figures({health}) {
  const {jobs, batches, surveys, throughput} = health.counts;
  const failed = sumOf(jobs, 'failed');
  const waiting = sumOf(jobs, 'queued') + sumOf(jobs, 'waiting') + sumOf(jobs, 'unplaceable');
  return html`<div class="stats">
    <${Stat} label="Jobs running" value=${compact(sumOf(jobs, 'running'))} note=${`${compact(waiting)} wait`} to="/jobs?state=running" tone="busy" />
    <${Stat} label="Ended, last hour" value=${compact(throughput.jobs_last_hour)} note=${`${compact(throughput.jobs_last_minute)} in the last minute`} to="/jobs?state=succeeded" />
    <${Stat} label="Jobs failed" value=${compact(failed)} note="by cause" to="/failures" tone=${failed > 0 ? 'bad' : ''} />
    <${Stat} label="Batches done" value=${compact(batches.done)} note=${`of ${compact(Object.values(batches).reduce((a, b) => a + b, 0))}`} to="/batches?state=done" />
    <${Stat} label="Surveys running" value=${compact(surveys.running)} note=${`${compact(surveys.done + surveys.done_with_failures)} done`} to="/surveys?state=running" />
    <${Stat} label="Inbox" value=${count(surveys.awaiting_input)} note=${surveys.awaiting_input === 1 ? 'survey asks' : 'surveys ask'} to="/inbox" tone=${surveys.awaiting_input > 0 ? 'wait' : ''} />
  </div>`;
}

function Throughput() {
  const [query, setQuery] = useQuery();
  const name = RANGES[query.range] ? query.range : DEFAULT;
  const range = RANGES[name];
  const history = useHistory(range);
  const states = useStates(range);
  return html`<${Panel} title="Throughput and states" note=${history.data ? `each point is ${duration(range.step)}` : ''} actions=${html`<div class="segments" role="group" aria-label="Time shown">
      ${Object.entries(RANGES).map(([key, each]) => html`<button type="button" key=${key} class="small" aria-pressed=${key === name} onClick=${() => setQuery({range: key === DEFAULT ? '' : key})}>${each.title}</button>`)}</div>`}>
    ${history.error && html`<${Problem} error=${history.error} />`}
    ${history.data && html`<div class="grid">
      <div><h3>Jobs ended</h3><${TimeSeries} title="Jobs ended" at=${history.data.at} height=${190} series=${[
        {title: 'succeeded', tone: 'good', values: history.data.jobs_succeeded}, {title: 'failed', tone: 'bad', values: history.data.jobs_failed}]} /></div>
      <div><h3>Batches found and done</h3><${TimeSeries} title="Batches found and done" at=${history.data.at} height=${190} series=${[
        {title: 'found', tone: 'idle', values: history.data.batches_found}, {title: 'done', tone: 'good', values: history.data.batches_done},
        {title: 'failed', tone: 'bad', values: history.data.batches_failed}]} /></div></div>`}
    ${states.error && html`<${Problem} error=${states.error} />`}
    ${states.data && html`<div class="grid">
      <${Open} title="Jobs that have not ended" items=${states.data} of="jobs" tones=${{running: 'busy', queued: 'idle', waiting: 'wait', unplaceable: 'bad'}} />
      <${Open} title="Batches that have not ended" items=${states.data} of="batches" tones=${{processing: 'busy', downloaded: 'part', downloading: 'good', queued: 'idle'}} /></div>`}<//>`;
}

/** How many stood in which state, upon each other. */
function Open({title, items, of, tones}) {
  const at = useMemo(() => items.map(item => Date.parse(item.at) / 1000), [items]);
  const series = useMemo(() => Object.entries(tones).map(([state, colour]) => ({title: word(state), tone: colour, values: items.map(item => item[of]?.[state] ?? null)})), [items]);
  return html`<div><h3>${title}</h3>${items.some(item => item[of]) ? html`<${TimeSeries} title=${title} at=${at} height=${190} stacked series=${series} />`
    : html`<p class="muted">Nothing is recorded of this time yet; it is looked at once a minute.</p>`}</div>`;
}

/** What a path answers for the steps of a range; asked with times that all readers share, so that the node counts once for all. */
function useSteps(path, {seconds, step}) {
  const [state, setState] = useState({});
  const load = async () => {
    const from = Math.floor((Date.now() / 1000 - seconds) / step) * step;
    try {
      setState({items: (await get(path, {query: {from: new Date(from * 1000).toISOString().replace('.000', ''), step}})).items});
    } catch (error) {
      setState(old => ({...old, error}));
    }
  };
  useEffect(() => {
    load();
  }, [seconds, step]);
  return {...state, reload: load};
}

/** The history as columns. */
function useHistory(range) {
  const {items, error, reload} = useSteps('/stats/history', range);
  useFresh({reload}, Math.max(5000, range.step * 50));
  const data = useMemo(() => {
    if (!items) return null;
    // The last step has only begun: shown, it would look like a fall.
    const ended = items.length > 1 ? items.slice(0, -1) : items;
    const columns = Object.keys(ended[0]).map(key => [key, ended.map(item => item[key])]);
    return {...Object.fromEntries(columns), at: ended.map(item => Date.parse(item.at) / 1000)};
  }, [items]);
  return {data, error};
}

/** How states stood, read again each minute. Of the step that has only begun there may be nothing yet. */
function useStates(range) {
  const {items, error, reload} = useSteps('/stats/states', range);
  const tick = useTick(60);
  useEffect(() => {
    if (tick) reload();
  }, [tick]);
  return {data: useMemo(() => items?.filter((item, i) => item.jobs || i < items.length - 1), [items]), error};
}

function Failures({failures, failed}) {
  const largest = Math.max(1, ...failures.map(failure => failure.count));
  return html`<${Panel} title="Failures by cause" note=${failed > 0 ? `${count(failed)} jobs` : ''} actions=${html`<${Link} to="/failures">All causes<//>`} flush>
    ${failures.length === 0 ? html`<${Empty} title="No job has failed" />` : html`<div class="scroll tall" tabindex="0" role="group" aria-label="Causes and their jobs"><table class="plain causes"><thead><tr><th scope="col">Class</th><th scope="col">Cause</th><th scope="col" class="number">Jobs</th></tr></thead>
      <tbody>${failures.slice(0, 12).map(failure => html`<tr><td><${FailureClass} value=${failure.class} /></td>
        <td><${Link} to=${link('/failures', {failure_class: failure.class})} title=${failure.message}>${failure.message}<//></td>
        <td class="number"><span class="share" style=${{inlineSize: `${Math.round((48 * failure.count) / largest)}px`}} aria-hidden="true"></span>${count(failure.count)}</td></tr>`)}</tbody></table></div>`}<//>`;
}

function Standing({counts}) {
  const total = {};
  for (const states of Object.values(counts.jobs)) for (const [state, n] of Object.entries(states)) total[state] = (total[state] || 0) + n;
  const parts = (states, room) => Object.entries(states).filter(([, n]) => n > 0).map(([state, n]) => ({label: word(state), glyph: glyph(state), value: n, tone: tone(state), to: link(room, {state})}));
  return html`<${Panel} title="How it stands"><div class="stack">
    <div><h3>Jobs</h3><${StackedBar} title="Jobs by state" parts=${parts(total, '/jobs')} /></div>
    <div><h3>Batches</h3><${StackedBar} title="Batches by state" parts=${parts(counts.batches, '/batches')} /></div></div><//>`;
}

function Oldest({oldest}) {
  return html`<${Panel} title="Oldest wait">${oldest === null ? html`<p class="muted">No job waits.</p>` : html`
    <p class="row"><strong class="large">${duration(between(oldest.since))}</strong><${State} value=${oldest.state} /><${Link} to=${`/jobs/${oldest.job_id}`}>${oldest.kind} job<//></p>
    <p class="why">${oldest.reason}</p>`}<//>`;
}

function Machines({health}) {
  const {scheduler, foreman} = health;
  return html`<${Panel} title="Scheduler and foreman" actions=${html`<${Link} to="/nodes">Nodes<//>`}>
    <table class="plain"><tbody>
      <tr><th scope="row">Scheduler</th><td><${Answers} yes=${scheduler.answers} /></td><td class="muted">${scheduler.answers ? `${count(scheduler.queued)} queued, ${count(scheduler.assigned)} given to nodes${scheduler.lost ? `, ${count(scheduler.lost)} lost so far` : ''}` : ''}</td></tr>
      <tr><th scope="row">Foreman</th><td><${Answers} yes=${foreman.answers} /></td><td class="muted">${foreman.answers ? html`${foreman.moved === 0 ? 'nothing had to be moved' : `${count(foreman.moved)} had to be moved`}${foreman.last_pass_ended_at && html`, last look <${Ago} at=${foreman.last_pass_ended_at} />`}` : ''}</td></tr>
      <tr><th scope="row">Nodes</th><td><span class=${'state ' + (scheduler.nodes_up === scheduler.nodes && scheduler.nodes > 0 ? 'good' : 'bad')}><span aria-hidden="true">●</span> ${scheduler.nodes_up ?? 0} up</span></td><td class="muted">of ${scheduler.nodes ?? 0}</td></tr>
    </tbody></table><//>`;
}

const Answers = ({yes}) => html`<span class=${'state ' + (yes ? 'good' : 'bad')}><span aria-hidden="true">${yes ? '✓' : '✕'}</span> ${yes ? 'answers' : 'does not answer'}</span>`;

function Storage({storage}) {
  return html`<${Panel} title="Room for data" note="free where each node keeps its data">
    ${storage.length === 0 ? html`<p class="muted">No node has reported.</p>` : html`<table class="plain"><tbody>
      ${storage.map(each => html`<tr><th scope="row"><${Link} to=${`/nodes/${each.node}`}>${each.node}<//></th><td class="number">${bytes(each.free)}</td></tr>`)}</tbody></table>`}<//>`;
}

export const routes = [{path: '/', title: 'Overview', view: Overview, nav: true}];

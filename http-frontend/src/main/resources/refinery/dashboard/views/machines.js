// What the views of machines share: reading again while the page is open, bins, and the drain with its preview.
import {html, useEffect, useState} from '../lib/html.js';
import {get, useGet} from '../lib/api.js';
import {Action, Elsewhere, refinery} from '../lib/actions.js';
import {Link, link} from '../lib/router.js';
import {bytes, count, cpu, duration, percent, shortId} from '../lib/format.js';
import {Dialog, Loading, Problem} from '../lib/ui.js';

/** As useGet, and again every few seconds while the page is in sight. */
export function usePolled(path, query = {}, every = 5000) {
  const found = useGet(path, query);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || found.reload(), every);
    return () => clearInterval(timer);
  }, [found.reload, every]);
  return found;
}

/** All pages of a list that stays small, read again every few seconds. */
export function useAll(path, query = {}, every = 5000) {
  const [state, setState] = useState({data: null, error: null});
  const [asked, ask] = useState(0);
  const key = path + JSON.stringify(query);
  useEffect(() => {
    const stop = new AbortController();
    const load = async () => {
      const items = [];
      try {
        let page;
        do {
          page = await get(path, {query: {limit: 1000, ...query, cursor: page?.next}, signal: stop.signal});
          items.push(...page.items);
        } while (page.next);
        setState({data: {...page, items}, error: null});
      } catch (error) {
        if (!stop.signal.aborted) setState(old => ({...old, error}));
      }
    };
    load();
    const timer = setInterval(() => document.hidden || load(), every);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [key, every, asked]);
  return {...state, reload: () => ask(n => n + 1)};
}

const MARKS = {
  answers: ['good', '●'], left_alone: ['wait', '‖'], probed: ['wait', '?'], away: ['bad', '○'], joining: ['wait', '◔'], leaving: ['wait', '◑'], exiting: ['wait', '◑'], down: ['bad', '○'],
  taken: ['good', '✓'], dropped: ['wait', '⊘'],
};

/** The state of a host, of a member, or of a sample in a dataset, as State shows those of jobs. */
export function Mark({value}) {
  const [tone, glyph] = MARKS[value] || ['idle', '·'];
  return html`<span class=${'state ' + tone}><span aria-hidden="true">${glyph}</span> ${String(value).replaceAll('_', ' ')}</span>`;
}

const DIMENSIONS = [
  {key: 'cpu', title: 'cpu', format: cpu}, {key: 'memory', title: 'memory', format: bytes}, {key: 'disk', title: 'disk', format: bytes},
];

const TONES = {surveyor: 'part', downloader: 'good', processor: 'busy'};
const tone = job => TONES[job.role] || 'idle';

/** A node as three bins: each job is a block as wide as what is reserved for it; filled as far as it is used. */
export function Bins({node}) {
  const [lit, light] = useState(null);
  return html`<div class="bins">${DIMENSIONS.map((dimension, i) => html`<${Bin} key=${dimension.key} node=${node} dimension=${dimension} lit=${lit} light=${light} reachable=${i === 0} />`)}</div>`;
}

const HEIGHT = 26;

function Bin({node, dimension, lit, light, reachable}) {
  const {key, title, format} = dimension;
  const whole = node.capacity[key];
  const reserved = node.used[key];
  const free = Math.max(0, whole - reserved);
  const scale = 1000 / Math.max(1, whole, reserved);
  let x = 0;
  const blocks = (node.jobs || []).filter(job => job.reserved[key] > 0).map(job => {
    const left = x;
    x += job.reserved[key] * scale;
    return {job, left, width: Math.max(1.5, job.reserved[key] * scale - 2), used: Math.min(1, (job.used?.[key] ?? 0) / job.reserved[key])};
  });
  const describe = job => `${job.job}, ${job.role}: ${format(job.reserved[key])} of ${title} reserved${job.used && key in job.used ? `, ${format(job.used[key])} used` : ''}`;
  return html`<div class="bin">
    <span class="bin-title">${title}</span>
    <svg viewBox=${`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" role="group" aria-label=${`${title} of ${node.id}: ${format(reserved)} reserved, ${format(free)} free of ${format(whole)}`}>
      <rect class="bin-free" x="0" y="0" width=${whole * scale} height=${HEIGHT} />
      ${blocks.map(({job, left, width, used}) => html`<${Link} key=${job.job} to=${'/jobs/' + job.job} tabindex=${reachable ? 0 : -1} aria-label=${describe(job)}
          class=${`bin-job ${tone(job)} ${lit === job.job ? 'lit' : ''}`} onMouseEnter=${() => light(job.job)} onMouseLeave=${() => light(null)} onFocus=${() => light(job.job)} onBlur=${() => light(null)}>
        <title>${describe(job)}</title>
        <rect class="bin-reserved" x=${left} y="1" width=${width} height=${HEIGHT - 2} />
        ${used > 0 && html`<rect class="bin-used" x=${left} y=${HEIGHT / 2} width=${width * used} height=${HEIGHT / 2 - 1} />`}<//>`)}
    </svg>
    <span class="bin-note">${format(free)} free of ${format(whole)}</span>
  </div>`;
}

/** What the blocks of bins mean. */
export const BinLegend = () => html`<ul class="legend" aria-label="What the blocks mean">
  <li><span class="key busy" aria-hidden="true"></span>process</li><li><span class="key good" aria-hidden="true"></span>download (dashed)</li>
  <li><span class="key part" aria-hidden="true"></span>survey (dotted)</li><li class="muted">a block is a job: its width is what is reserved, its lower half is filled as far as it is used, the rest of the bar is free</li></ul>`;

/** Bytes or cpu that are reserved, of all that there is. */
export const reservedOf = (node, key) => `${percent(node.used[key], node.capacity[key])}`;

/** Drains a node after showing what that would move and lose; or lets it take work again. */
export function Drain({node, onDone}) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const id = encodeURIComponent(node.id);
  const deadline = text.trim();
  const within = secondsOf(deadline);
  if (node.state === 'draining') {
    return html`<${Action} label="Let it take work again" path=${`/nodes/${id}/undrain`} cli=${refinery('undrain', node.id)} onDone=${onDone} primary />`;
  }
  const request = {method: 'POST', path: `/nodes/${id}/drain`, body: deadline ? {deadline} : undefined, cli: refinery('drain', node.id, ...(deadline ? ['--deadline', deadline] : []))};
  return html`<button type="button" disabled=${node.state !== 'up'} onClick=${() => setOpen(true)}>Drain…</button>
    ${open && html`<${Dialog} title=${`Drain ${node.id}`} onClose=${() => setOpen(false)}>
      <label class="field"><span>What runs may end for (empty: not at all)</span><input value=${text} placeholder="10m" spellcheck="false" autocomplete="off" aria-invalid=${within === undefined} onInput=${event => setText(event.target.value)} /></label>
      ${within === undefined && html`<p class="bad-text" role="alert">A time as 90s, 10m or 1h30m</p>`}
      <${Preview} id=${node.id} within=${within} />
      <${Elsewhere} ...${request} />
      <div class="actions end"><button type="button" onClick=${() => setOpen(false)}>Not now</button>
        <${Action} label="Drain it" ...${request} disabled=${within === undefined} danger onDone=${answer => { setOpen(false); onDone?.(answer); }} /></div>
    <//>`}`;
}

/** Seconds of a time as the API takes it, such as 1h30m; null for none, undefined for what is no time. */
function secondsOf(text) {
  if (text === '') return null;
  const parts = /^(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text);
  return parts ? parts.slice(1).reduce((sum, part, i) => sum + Number(part || 0) * [86400, 3600, 60, 1][i], 0) || undefined : undefined;
}

/** What a drain would take back, as things stand; within: seconds that what runs may take to end, or null. */
export function Preview({id, within}) {
  const preview = useGet(`/nodes/${encodeURIComponent(id)}/drain-preview`);
  if (preview.error) return html`<${Problem} error=${preview.error} again=${preview.reload} />`;
  if (!preview.data) return html`<${Loading} what="Looking what would move" />`;
  const {jobs, queued_now: queued} = preview.data;
  const ends = job => Boolean(within) && job.usual_seconds !== null && job.usual_seconds - job.loses_seconds <= within;
  const moved = jobs.filter(job => !ends(job));
  const stuck = moved.filter(job => !job.goes_to).length;
  const loses = job => (job.loses_seconds ?? 0) + (within || 0);
  const lost = moved.reduce((sum, job) => sum + loses(job), 0);
  if (jobs.length === 0) return html`<p>Nothing runs on it: nothing is lost. It takes no more work.</p>`;
  return html`<p>${within ? html`What runs may end for ${duration(within)}; <b>${count(jobs.length - moved.length)}</b> of ${count(jobs.length)} usually would. ` : ''}${count(moved.length)} ${moved.length === 1 ? 'job goes' : 'jobs go'} ${within ? 'then ' : ''}back into the queue and begin anew: <b>${duration(lost)}</b> of work are lost.
      ${moved.length === 0 ? '' : stuck > 0 ? html` <b>${count(stuck)}</b> of them find no room elsewhere now.` : ' All find room elsewhere now.'}
      ${queued > 0 && html` <span class="muted">${count(queued)} jobs are queued already, and may take that room first.</span>`}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="What would move"><table class="plain narrow">
      <thead><tr><th scope="col">Job</th><th scope="col">Loses</th><th scope="col">Goes to</th></tr></thead>
      <tbody>${jobs.map(job => html`<tr key=${job.job}><th scope="row"><${Link} to=${'/jobs/' + job.job} title=${job.job}>${job.key || shortId(job.job)}<//> <span class="muted">${job.pipeline || job.kind || ''}</span></th>
        <td>${ends(job) ? html`nothing, if it ends in time` : duration(loses(job))}${job.progress !== null && html` <span class="muted">about ${percent(job.progress, 1)} of its usual ${duration(job.usual_seconds)}</span>`}${job.disk_used > 0 && html` <span class="muted">${bytes(job.disk_used)} of scratch</span>`}</td>
        <td>${ends(job) ? '' : job.goes_to ? html`<${Link} to=${'/nodes/' + job.goes_to}>${job.goes_to}<//>` : html`<span class="wait-text">nowhere now:</span> ${job.why_not}`}</td></tr>`)}</tbody></table></div>`;
}

/** The list of a node's running jobs. */
export const jobsOf = node => link('/jobs', {node: node.id, state: 'running'});

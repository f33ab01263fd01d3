// Follows a list that changes, page by page, and compares what is shown with what it is. Gives what was wrong, or null.
async seed => {
  const {PagedList} = await import(document.querySelector('script[src$="/app.js"]').src.replace('app.js', 'lib/table.js'));
  const random = below => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 2147483648 * below);
  };
  let newest = 0;
  const truth = [];
  const add = (n, at) => truth.splice(at, 0, ...Array.from({length: n}, () => ({id: 'row-' + newest++})));
  const places = new Map();
  // As the node's lists: a cursor is the place behind a row, which stays a place when the row has gone.
  const place = () => {
    for (let i = truth.length - 1; i >= 0; i--) {
      if (!places.has(truth[i])) {
        const before = places.get(truth.slice(0, i).findLast(row => places.has(row)));
        const after = places.get(truth[i + 1]);
        places.set(truth[i], after === undefined ? (before ?? 0) + 1 : before === undefined ? after - 1 : (before + after) / 2);
      }
    }
  };
  const load = async (cursor, limit) => {
    await null;
    const rest = cursor === undefined ? truth : truth.filter(row => places.get(row) > Number(cursor));
    const items = rest.slice(0, limit);
    return {items, next: items.length < rest.length ? String(places.get(items.at(-1))) : null};
  };
  add(random(2) * random(1500), 0);
  place();
  const list = new PagedList('list', row => row.id, load);
  const same = (rows, others) => rows.length === others.length && rows.every((row, i) => row === others[i]);
  const story = [];
  for (let step = 0; step < 60; step++) {
    const what = random(6);
    if (what === 0) add(random(40), 0);
    if (what === 1) add(random(3) * 180, 0);
    if (what === 2) for (let n = random(30); n > 0 && truth.length > 0; n--) truth.splice(random(truth.length), 1);
    if (what === 3) add(1 + random(3), random(truth.length + 1));
    if (what === 4) truth.splice(random(truth.length + 1), random(300));
    place();
    story.push(what);
    // Somebody looks at a part of it, sorted or not, and holds on to its first row unless that is the list's.
    const from = random(2) * random(list.rows.length);
    const sorted = random(3) === 0 ? [...list.rows].reverse() : null;
    const held = sorted ? null : list.rows[from];
    list.state.first = from > 0 && held ? {key: held.id} : null;
    list.see(from, from + 60, sorted);
    const twice = random(2) === 0 ? list.refresh() : null;
    const more = random(2) === 0 ? list.more() : null;
    await Promise.all([list.refresh(), more, twice]);
    if (list.error) throw list.error;
    if (list.state.first && truth.includes(held) && !list.rows.includes(held)) return `the reader's place lost after ${story}`;
    list.state.first = null;
    const ids = list.rows.map(row => row.id);
    if (new Set(ids).size < ids.length) return `a row twice after ${story}`;
    // What was read first may have changed while the rest was read.
    for (let n = 0; n < 2; n++) {
      list.see(0, list.rows.length);
      await list.refresh();
    }
    if (list.pages.length === 0) continue;
    if (!same(list.rows, truth.slice(0, list.rows.length))) return `rows left out or left over after ${story}`;
    if (list.done !== (list.rows.length === truth.length)) return `${list.rows.length} of ${truth.length}, done: ${list.done}, after ${story}`;
  }
  return null;
}

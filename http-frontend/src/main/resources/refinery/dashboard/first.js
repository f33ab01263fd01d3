// Runs before the first paint, so that a chosen theme does not flash.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('refinery-theme');
  } catch (refused) {
    // Without storage the system's theme is used.
  }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}

// What the page shows first is asked for while its scripts are read: responses by address, for api.js to take.
{
  const path = location.pathname;
  const [, room, id] = /^\/(surveys|batches|jobs)(?:\/([a-z]+-[\w-]+))?$/.exec(path) || [];
  const wanted = path === '/' ? ['/health'] : !room || location.search ? [] : id ? [path] : [path + '?limit=100'];
  if (room === 'jobs' && id && wanted.length > 0 && !location.hash) wanted.push(path + '/log/lines?tail=500');
  window.early = new Map(wanted.map(each => ['/api/v1' + each, fetch('/api/v1' + each, {cache: 'no-store', headers: {Accept: '*/*', 'X-Refinery-Request': '1'}})]));
  window.early.forEach(each => each.catch(() => {}));
  setTimeout(() => window.early.clear(), 5000);
}

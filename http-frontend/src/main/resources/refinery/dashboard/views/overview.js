// Overview.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Overview() {
  return html`<${Page} title="Overview"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/', title: 'Overview', view: Overview, nav: true}];

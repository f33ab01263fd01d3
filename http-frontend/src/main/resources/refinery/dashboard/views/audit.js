// Audit.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Audit() {
  return html`<${Page} title="Audit"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/audit', title: 'Audit', view: Audit, nav: true}];

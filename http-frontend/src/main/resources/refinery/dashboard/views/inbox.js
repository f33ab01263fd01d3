// Inbox.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Inbox() {
  return html`<${Page} title="Inbox"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/inbox', title: 'Inbox', view: Inbox, nav: true}];

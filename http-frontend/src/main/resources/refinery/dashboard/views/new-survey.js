// New survey.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function NewSurvey() {
  return html`<${Page} title="New survey"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/surveys/new', title: 'New survey', view: NewSurvey, nav: false}];

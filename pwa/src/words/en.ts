// Every English sentence of the screens; the type makes it answer to the same keys as the Chinese.
import type { Sentences } from './words'
import { goal } from './en/goal'
import { guards } from './en/guards'
import { issue } from './en/issue'
import { mailbox } from './en/mailbox'
import { mediate } from './en/mediate'
import { phone } from './en/phone'
import { settings } from './en/settings'
import { today } from './en/today'
import { visit } from './en/visit'
import { waiting } from './en/waiting'

export const en: Sentences = {
  ...goal,
  ...guards,
  ...issue,
  ...mailbox,
  ...mediate,
  ...phone,
  ...settings,
  ...today,
  ...visit,
  ...waiting,

  // The shell
  'app.name': 'Sulaiban',
  'app.motto': 'Small matters end in the grid, large ones in the town, and no quarrel is passed upward unsolved',
  'shell.skip': 'Skip to the page',
  'shell.back': 'Back',
  'shell.tabs': 'Main pages',
  'shell.close': 'Close',
  'shell.cancel': 'Cancel',
  'shell.done': 'Done',
  'shell.more': 'Show {n} more ({left} left)',
  'shell.loading': 'Fetching the records',
  'shell.dismiss': 'Got it',

  // Language and print size
  'looks.title': 'Display',
  'looks.lang': 'Language',
  'looks.zh': '中文',
  'looks.en': 'English',
  'looks.print': 'Print',
  'looks.normal': 'Normal',
  'looks.large': 'Large',

  // Filling in
  'field.required': 'required',
  'field.optional': 'optional',
  'field.count': '{n}/{max}',
  'field.count_said': '{n} {n|character|characters} of {max} at most',
  'field.over': '{n} too many',
  'pick.choose': 'Choose',
  'pick.search': 'Search',
  'pick.found': '{n} found',
  'pick.none': 'Nothing found for “{words}”. Try other words.',
  'pick.wipe': 'Empty the search box',
  'pick.clear': 'Clear the choice',
  'cascade.suggested': 'Suggested by what you wrote',
  'cascade.all': 'All categories',
  'cascade.back': 'Back to all categories',
  'cascade.inside': '{n} {n|kind|kinds}',
  'step.less': 'One less',
  'step.more': 'One more',
  'photo.take': 'Take a photo',
  'photo.album': 'From the album',
  'photo.count': '{n} of {max} at most',
  'photo.full': 'All {max} taken',
  'photo.nth': 'Photo {n}',
  'photo.remove': 'Delete this one',
  'photo.removed': 'Photo {n} deleted',
  'sign.open': 'Tap to sign',
  'sign.again': 'Sign again',
  'sign.here': 'Please sign inside the frame',
  'sign.clear': 'Clear',
  'sign.signed': 'Signed',
  'sign.pad': 'Signature area',

  // The road of what was written on this phone
  'reach.here': 'Only here',
  'reach.received': 'Received',
  'reach.read': 'Read',
  'reach.aside': 'Set aside',
  'reach.refused': 'Refused',
  'sync.title': 'What has been sent',
  'sync.see': 'See details',
  'sync.offline': 'No network. All is safe on this phone and goes out by itself later.',
  'sync.sending': 'Sending…',
  'sync.waiting': 'Not sent yet.',
  'sync.failed': 'Could not send: {why}',
  'sync.trouble': '{n} {n|needs|need} your attention',
  'sync.send': 'Send now',
  'sync.last': 'Last contact {when}',

  // Deadlines
  'light.green': 'On time',
  'light.yellow': 'Due soon',
  'light.red': 'Overdue',
  'due.over_today': 'was due today {at}',
  'due.over': '{n} {n|day|days} over',
  'due.today': 'today by {at}',
  'due.tomorrow': 'tomorrow by {at}',
  'due.by': 'by {day}, {n} days left',
  'urgency.emergency': 'Emergency',
  'urgency.urgent': 'Urgent',

  // The stages and tracks of an issue
  'stage.registered': 'Registered',
  'stage.in_grid': 'In the grid',
  'stage.mediating': 'In mediation',
  'stage.work_order': 'With the town',
  'stage.consulting': 'Consultation',
  'stage.pending_confirm': 'To be confirmed',
  'stage.reopened': 'Reopened',
  'stage.joined': 'Joined',
  'stage.closed': 'Closed',
  'stage.referred': 'Referred',
  'stage.withdrawn': 'Withdrawn',
  'stage.void': 'Void',
  'stage.moved': 'Moved on',
  'stage.archived': 'Archived',
  'track.solved_in_grid': 'Solved in the grid',
  'track.escalate_to_town': 'Escalated to the town',
  'track.consult_mechanism': 'Consultation',

  // When something went wrong
  'error.title': 'That did not work',
  'error.kept': 'What you wrote is still here.',
}

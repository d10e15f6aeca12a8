// What the phone's frame says, in English.
import type { phone as zh } from '../zh/phone'

export const phone: Readonly<Record<keyof typeof zh, string>> = {
  'tab.today': 'Today',
  'tab.households': 'Households',
  'tab.waiting': 'Sending',
  'tab.settings': 'Settings',
  'tab.waiting.said': '{n} not sent yet',

  // Entering
  'enter.title': 'Enter',
  'enter.hello': 'Enter Sulaiban',
  'enter.again': 'Your password once more, please',
  'enter.again.why': 'Everything is safe on this phone. With the password, sending goes on.',
  'enter.account': 'Account',
  'enter.password': 'Password',
  'enter.show': 'Show the password',
  'enter.go': 'Enter',
  'enter.fault.account': 'Please give your account',
  'enter.fault.password': 'Please give your password',
  'enter.once': 'Once is enough: after that the app opens without a network.',
  'enter.wrong.title': 'Account or password is wrong',
  'enter.wrong.do': 'Look again, capitals count. If you forgot it, the town service centre sets a new one.',
  'enter.busy.title': 'Too many tries',
  'enter.busy.do': 'Please wait {n} {n|minute|minutes} and try again.',
  'enter.offline.title': 'No connection',
  'enter.offline.do': 'The first time needs a network. Find a place with signal and press again.',

  // What stands above every page
  'notice.label': 'Notices',
  'notice.update': 'A new version is here. What is half written stays.',
  'notice.update.go': 'Update',
  'notice.again': 'Your password is needed before sending can go on.',
  'notice.again.go': 'Give password',
  'notice.wechat': 'Inside WeChat records may be lost. Tap “···” at the top right and open this in your browser.',
  'notice.wechat.close': 'Got it',

  // When the app itself cannot start or fetch a page
  'broken.title': 'The records on this phone cannot be opened',
  'broken.do': 'Close every Sulaiban window and open it again, or restart the phone. The records are still here: do not clear the browser’s data.',
  'broken.again': 'Try again',
  'page.absent': 'This page is not on the phone yet. Connect and tap again.',
  'fault.seen': 'Something went wrong and was not done. Please try again.',

  'sentence.end': '.',

  // Troubles
  'trouble.full': 'The phone is full; make room and try again',
  'trouble.broken': 'The phone’s storage failed; close the app and open it again',
  'trouble.not_entered': 'Nobody has entered',
  'trouble.enter_again': 'the password is needed again',
  'trouble.offline': 'no network',
  'trouble.slow': 'the network is too slow, no answer came',
  'trouble.not_our_server': 'connected, but not to our server (the Wi-Fi may want you to log on first)',
  'trouble.other_epoch': 'the server came back from a backup; checking what it has',
  'trouble.update_needed': 'this version is too old, please update first',
  'trouble.gap': 'the server lacks what it once received; please tell the town',
  'trouble.busy': 'the server is busy; it will be tried again by itself',
  'trouble.server': 'the server has a problem; it will be tried again by itself',
  'trouble.refused_by_server': 'the server did not accept it',
  'trouble.not_a_picture': 'this file is not a photo',
}

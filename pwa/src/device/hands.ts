// What a device needs to act: make ops, send and fetch, enter, work on photos. Fetched right after the first page is up, which only reads.
export { enter } from './entering'
export { Net } from './net'
export { make } from './outbox'
export { clearSentPhotos, dropPhoto, keepPhoto, photoBlob } from './photos'
export { Sender, watchWorld } from './sender'

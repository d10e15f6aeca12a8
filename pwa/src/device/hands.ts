// What a device needs to act: make ops, send and fetch, work on photos. Fetched right after the first page is up, which only reads.
export { make } from './outbox'
export { clearSentPhotos, dropPhoto, keepBytes, keepPhoto, photoBlob } from './photos'
export { hearPokes } from './pokes'
export { Sender, watchWorld } from './sender'

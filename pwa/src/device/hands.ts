// What a device needs to act: make ops, send and fetch, work on photos. Fetched right after the first page is up, which only reads.
export { make } from './outbox'
export { photoBlob } from './files'
export { dropPhoto, keepBytes, keepPhoto } from './photos'
export { hearPokes } from './pokes'
export { clearSentPhotos } from './room'
export { Sender, watchWorld } from './sender'

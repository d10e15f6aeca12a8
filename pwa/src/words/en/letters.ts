// The words of letters, which the desk alone shows from their law, in English.
export const letters: Readonly<Record<string, string>> = {
  'kind.letter': 'Letter', 'stage.taken_out': 'To be answered', 'stage.became_issue': 'Became a matter', 'stage.set_aside': 'Set aside',
  'stage.joined': 'Joined to another', 'act.take_out': 'Taken out', 'act.to_issue': 'Became a matter', 'act.set_aside': 'Set aside',
  'act.alike': 'Asked: the same letter?', 'act.differ': 'Said: not the same', 'act.ask_again': 'Took “not the same” back',
  'act.join': 'Joined to another', 'act.take_in': 'Took one in', 'act.unjoin': 'Taken apart', 'act.let_go': 'Let one go', 'f.received_ms': 'Taken out',
  'r.form': 'Signed?', 'f.pages': 'Pages', 'f.writer': 'Writer', 'f.summary': 'In short', 'f.verbatim': 'Full text',
  'f.confidential': 'Wants no name told', 'f.aside_why': 'Why set aside', 'f.join_why': 'Why joined', 'f.unjoin_why': 'Why taken apart',
  'c.signed': 'Signed', 'c.anonymous': 'Anonymous', 'c.blank': 'Blank', 'c.advert': 'Advertisement', 'c.duplicate': 'The same letter',
  'c.not_for_us': 'Not ours, passed on', 's.letter': 'The letter', 's.ending': 'What became of it', 'print': 'Print the agreement',
}

// The words of letters, which the desk alone shows from their law, in Chinese.
export const letters: Readonly<Record<string, string>> = {
  'kind.letter': '来信', 'stage.taken_out': '待答复', 'stage.became_issue': '已立为事项', 'stage.set_aside': '已搁置', 'stage.joined': '已并入另一封',
  'act.take_out': '取出来信', 'act.to_issue': '登记成事项', 'act.set_aside': '搁置', 'act.alike': '问是不是同一封', 'act.differ': '说不是同一封', 'act.ask_again': '撤回“不是同一封”',
  'act.join': '并入另一封', 'act.take_in': '并入一封', 'act.unjoin': '取消并入', 'act.let_go': '移出一封', 'f.received_ms': '取出时间', 'r.form': '是否署名', 'f.pages': '页数',
  'f.writer': '写信人', 'f.summary': '主要内容', 'f.verbatim': '原文', 'f.confidential': '要求保密', 'f.aside_why': '搁置原因', 'f.join_why': '并入理由',
  'f.unjoin_why': '取消理由', 'c.signed': '署名', 'c.anonymous': '匿名', 'c.blank': '没有字', 'c.advert': '广告', 'c.duplicate': '同一封', 'c.not_for_us': '不归我们，已转交',
  's.letter': '信', 's.ending': '处理', 'print': '打印协议书',
}

// The Chinese sentences of the parts and the first pages, one flat record; those of later pages are in zh/later.ts.
import { phone } from './zh/phone'
import { today } from './zh/today'
import { waiting } from './zh/waiting'

export const zh = {
  ...phone,
  ...today,
  ...waiting,

  // The shell
  'app.name': '速来办',
  'app.motto': '小事不出网格，大事不出镇村，矛盾不上交',
  'shell.skip': '跳到正文',
  'shell.back': '返回',
  'shell.tabs': '主要页面',
  'shell.close': '关闭',
  'shell.cancel': '取消',
  'shell.done': '完成',
  'shell.more': '再看 {n} 条（还有 {left} 条）',
  'shell.loading': '正在取出记录',
  'shell.dismiss': '知道了',

  // Language and print size
  'looks.title': '显示',
  'looks.lang': '语言',
  'looks.zh': '中文',
  'looks.en': 'English',
  'looks.print': '字号',
  'looks.normal': '标准',
  'looks.large': '大字',

  // Filling in
  'field.required': '必填',
  'field.optional': '选填',
  'field.count': '{n}/{max}',
  'field.count_said': '已写 {n} 字，最多 {max} 字',
  'field.over': '多了 {n} 字',
  'pick.choose': '请选择',
  'pick.search': '搜索',
  'pick.found': '找到 {n} 个',
  'pick.none': '没有找到“{words}”。换个说法再试。',
  'pick.wipe': '清空搜索',
  'pick.clear': '清除选择',
  'cascade.suggested': '按您写的内容建议',
  'cascade.all': '全部类别',
  'cascade.back': '回到全部类别',
  'cascade.inside': '{n} 类',
  'step.less': '减一',
  'step.more': '加一',
  'photo.take': '拍照',
  'photo.album': '从相册选',
  'photo.count': '{n} 张，最多 {max} 张',
  'photo.full': '已满 {max} 张',
  'photo.nth': '第 {n} 张照片',
  'photo.remove': '删除这张',
  'photo.removed': '已删除第 {n} 张照片',
  'sign.open': '点这里签名',
  'sign.again': '重新签名',
  'sign.here': '请在方框内签名',
  'sign.clear': '清除',
  'sign.signed': '已签名',
  'sign.pad': '签名区',

  // The road of what was written on this phone
  'reach.here': '只在本机',
  'reach.received': '已收到',
  'reach.read': '有人看过',
  'reach.aside': '另存待看',
  'reach.refused': '未被接受',
  'sync.title': '送出情况',
  'sync.see': '查看详情',
  'sync.offline': '没有网络。东西都在本机，连上后自动送出。',
  'sync.sending': '正在送出……',
  'sync.waiting': '还没有送出。',
  'sync.failed': '没有送成：{why}',
  'sync.trouble': '{n} 条需要您看一下',
  'sync.send': '马上送',
  'sync.last': '上次联系 {when}',

  // Deadlines
  'light.green': '未到期',
  'light.yellow': '快到期',
  'light.red': '已超期',
  'due.over_today': '今天 {at} 已到期',
  'due.over': '已过 {n} 天',
  'due.today': '今天 {at} 前',
  'due.tomorrow': '明天 {at} 前',
  'due.by': '{day}前，还有 {n} 天',
  'urgency.emergency': '紧急',
  'urgency.urgent': '加急',

  // The stages and tracks of an issue
  'stage.registered': '已登记',
  'stage.in_grid': '网格办理中',
  'stage.work_order': '镇里办理中',
  'stage.consulting': '协商中',
  'stage.pending_confirm': '待群众确认',
  'stage.reopened': '重办',
  'stage.closed': '已办结',
  'stage.referred': '已告知法定途径',
  'track.solved_in_grid': '网格内办结',
  'track.escalate_to_town': '上报镇村',
  'track.consult_mechanism': '协商调处',

  // When something went wrong
  'error.title': '没有成功',
  'error.kept': '您写的内容还在。',
} as const

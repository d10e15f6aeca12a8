// What the phone's frame says, in Chinese: entering, leaving, settings, and what goes wrong with phone and network.
export const phone = {
  'tab.today': '今天',
  'tab.households': '住户',
  'tab.waiting': '送出',
  'tab.settings': '设置',
  'tab.waiting.said': '{n} 条还没有送出',

  // Entering
  'enter.title': '登录',
  'enter.hello': '登录速来办',
  'enter.again': '请再输一次密码',
  'enter.again.why': '记录都在这部手机里，不会少。输过密码就能继续送出。',
  'enter.account': '账号',
  'enter.password': '密码',
  'enter.show': '显示密码',
  'enter.go': '登录',
  'enter.fault.account': '请填账号',
  'enter.fault.password': '请填密码',
  'enter.once': '登录一次就行，以后没有网也能打开。',
  'enter.wrong.title': '账号或密码不对',
  'enter.wrong.do': '请再看一遍，注意大小写。忘了密码，请找镇为民服务中心重设。',
  'enter.busy.title': '试得太多了',
  'enter.busy.do': '请等 {n} 分钟再试。',
  'enter.offline.title': '连不上网',
  'enter.offline.do': '第一次登录要有网络。请走到有信号的地方再按一次。',

  // What stands above every page
  'notice.label': '提醒',
  'notice.update': '有新版本，写了一半的会留着。',
  'notice.update.go': '更新',
  'notice.again': '要重新输一次密码，才能继续送出。',
  'notice.again.go': '去输密码',
  'notice.wechat': '微信里可能存不住记录。请点右上角“···”，在浏览器打开。',
  'notice.wechat.close': '知道了',

  // When the app itself cannot start or fetch a page
  'broken.title': '打不开本机的记录',
  'broken.do': '请关掉所有速来办的窗口再打开。还不行就重启手机。记录还在手机里，不要清除浏览器数据。',
  'broken.again': '再试一次',
  'page.absent': '这一页还没有存到手机上。请连上网再点一次。',
  'fault.seen': '刚才这一步出了错，没有做成。请再试一次。',

  'sentence.end': '。',

  // Troubles
  'trouble.full': '手机存储满了，腾出地方再试',
  'trouble.broken': '手机的存储出了问题，关掉应用重新打开',
  'trouble.not_entered': '还没有登录',
  'trouble.enter_again': '要重新输一次密码',
  'trouble.offline': '没有网络',
  'trouble.slow': '网络太慢，等不到回音',
  'trouble.not_our_server': '连上了网，但不是速来办的服务器（可能要先登录无线网）',
  'trouble.other_epoch': '服务器从备份恢复过，正在重新对账',
  'trouble.update_needed': '这个版本太旧了，请先更新',
  'trouble.gap': '服务器少了以前收到过的东西，请告诉镇里',
  'trouble.busy': '服务器正忙，过一会儿自动再送',
  'trouble.server': '服务器出了问题，过一会儿自动再送',
  'trouble.refused_by_server': '服务器没有接受',
  'trouble.not_a_picture': '这个文件不是照片',
} as const

// The counter's one-hour goal.
export const goal = {
  'goal.open': '{span}服务目标：{at} 前办好',
  'goal.past': '{span}服务目标 {at} 已过，请接着陪同办好',
  'goal.met': '{took}告知结果，在{span}服务目标内',
  'goal.missed': '{took}告知结果，超过了{span}服务目标',
  'goal.minutes': '{n}分钟',
  'goal.hours': '{n}小时',
  'goal.both': '{h}小时{n}分钟',
} as const

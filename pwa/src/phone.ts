// The phone app starts here.

const place = document.querySelector('#app')
if (place) place.textContent = '速来办'

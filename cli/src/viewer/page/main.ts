const main = document.createElement('main');
main.textContent = 'fc-traced';
document.body.append(main);
export {};

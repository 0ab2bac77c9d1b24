export const PANEL_STYLE = `
:host([off]){display:none!important}
aside{display:flex;flex-direction:column;gap:10px;box-sizing:border-box;width:300px;max-width:calc(100vw - 24px);
max-height:calc(100vh - 24px);box-shadow:0 12px 40px -8px #0005;accent-color:#7452d8}
article{display:grid;grid-template-columns:minmax(0,1fr);gap:8px;min-height:0;margin:0 -12px;padding:0 12px;overflow:auto;
scrollbar-width:thin}
[hidden]{display:none!important}
header{display:flex;gap:2px;align-items:center;margin:-4px -6px -2px 0}
button,input,select{box-sizing:border-box;font:inherit;color:inherit}
button{padding:0;border:0;border-radius:6px;background:none;text-align:start;cursor:pointer}
header button{width:28px;height:28px;font-size:16px;line-height:1;text-align:center}
header button:first-child{flex:1;width:auto;font:600 14px/28px system-ui;text-align:start;cursor:grab;touch-action:none}
header button:first-child::before{content:"⠿";padding-right:8px;opacity:.45}
header button:first-child:active{cursor:grabbing}
button:hover{background:#8882}
:focus-visible{outline:2px solid #7452d8;outline-offset:1px}
strong{font-weight:600}
output strong{font-size:22px;line-height:1.1;letter-spacing:-.02em}
output small{display:block}
small,output span,summary,figcaption{color:color-mix(in oklab,CanvasText 72%,Canvas);font-size:12px}
[aria-busy] ol,[aria-busy] output{opacity:.5}
em{font-style:normal;font-variant-numeric:tabular-nums}
fieldset{display:flex;margin:0;padding:2px;border:0;border-radius:8px;background:#8882}
fieldset label{flex:1;padding:3px 4px;border-radius:6px;text-align:center;cursor:pointer}
fieldset input{position:absolute;opacity:0;pointer-events:none}
fieldset label:has(:checked){background:Canvas;box-shadow:0 1px 3px #0003;font-weight:600}
fieldset label:has(:focus-visible){outline:2px solid #7452d8}
.row{display:flex;gap:6px;margin:0}
.row>*{flex:1;min-width:0;height:30px;padding:0 8px;border:1px solid #8886;border-radius:8px;background:Field;color:FieldText}
footer,footer label{display:flex;gap:6px;align-items:center;cursor:pointer}
footer{margin-top:8px}
footer input{margin:0}
ol{min-height:38px;max-height:min(236px,32vh);margin:0 -6px;padding:0;overflow:auto;list-style:none;scrollbar-width:thin}
ol:empty{display:none}
li button{display:flex;gap:8px;align-items:center;width:100%;padding:3px 6px}
li button:focus-visible{outline-offset:-2px}
li i{flex:none;width:10px;height:10px;border-radius:3px}
.unused{border:1px dashed;box-sizing:border-box;opacity:.6}
li span{flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
li small{display:block;overflow:hidden;text-overflow:ellipsis}
li em{text-align:end}
details{border-top:1px solid #8884;padding-top:8px}
summary{cursor:pointer}
details ol{max-height:120px;margin-top:4px}
details li{display:flex;gap:8px;padding:2px 6px}
details li:has(button){padding:0}
@media(pointer:coarse){button,.row>*,fieldset label,footer label,summary{min-height:44px;align-content:center}
header button{width:44px}}
@media print{:host(:not([printed])){display:none!important}}
`;

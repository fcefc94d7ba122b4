package document

// FigureStyle is what figures have in common: they follow the reader's colours. A
// rectangle of class "page" is the ground.
const FigureStyle = `text{font:12px system-ui,"Segoe UI",Roboto,Arial,sans-serif;fill:#5d636b}
.title{font-size:13px;font-weight:600;fill:#1b1f24}.value{fill:#1b1f24}.grid{stroke:#e2e3e1}.page{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#9ba2aa}.title,.value{fill:#e8eaec}.grid{stroke:#2e3338}.page{fill:#1a1d20}}
`

namespace ScaleLab.Analysis.Reports;

/// <summary>The report's style sheet: no fonts but the reader's own, light or dark as the reader has it, figures on white paper always.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --ink: #1f2328; --muted: #59636e; --rule: #d1d9e0; --paper: #fff; --soft: #f6f8fa; --link: #0550ae; --warn: #fff4d6 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --muted: #9da7b1; --rule: #3d444d; --paper: #0d1117; --soft: #161b22; --link: #79b8ff; --warn: #3a2f10 } }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
        h1 { margin: 0 0 .25rem; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere }
        h2 { margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); font-size: 1.25rem }
        p, ul { max-width: 46rem; margin: .5rem 0; overflow-wrap: break-word }
        ul { padding-left: 1.25rem }
        a { color: var(--link) }
        code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .85em }
        pre { padding: .75rem; overflow-x: auto; background: var(--soft); border: 1px solid var(--rule); border-radius: 6px }
        .lead, figcaption, .caption { color: var(--muted) }
        .law { margin: .75rem 0; padding: .75rem 1rem; background: var(--soft); border-left: 4px solid var(--link); font-size: 1.15rem; overflow-wrap: anywhere }
        .refused { border-left-color: #d55e00 }
        .law sup { line-height: 0 }
        .scroll { overflow-x: auto; margin: .35rem 0 1.5rem }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums lining-nums }
        .caption { margin-top: 1.25rem; font-size: .9rem }
        th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top }
        th { font-weight: 600; white-space: nowrap }
        .number { text-align: right; white-space: nowrap }
        th + th.number, td + td.number { padding-left: .75rem; padding-right: .5rem }
        .number + :not(.number) { padding-left: 1.25rem }
        td:first-child { white-space: nowrap }
        td.words { min-width: 15rem }
        tr.apart td { background: var(--warn) }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem; align-items: start }
        figure { margin: 0 }
        .wide { grid-column: 1 / -1 }
        .wide .card svg { max-width: none }
        figure h3 { margin: 0 0 .5rem; font-size: 1rem }
        .card { padding: .5rem; background: #fff; border: 1px solid var(--rule); border-radius: 6px }
        .card svg { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto }
        figcaption { margin-top: .5rem; font-size: .875rem }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0 }
        dt { color: var(--muted) }
        dd { margin: 0; overflow-wrap: anywhere }
        @media (max-width: 30rem) { body { padding: 1rem .75rem 3rem } .card { padding: .25rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } }
        @media print { body { max-width: none; padding: 0; background: #fff; color: #000; font-size: 10pt } h2 { break-after: avoid } figure h3 { break-after: avoid } figure, tr { break-inside: avoid } .card svg { max-height: 21cm } table { font-size: 7.5pt } th, .number, td:first-child { white-space: normal } th, td, th + th.number, td + td.number, .number + :not(.number) { padding: .2rem .4rem .2rem 0 } td.words { min-width: 0; overflow-wrap: anywhere } .figures { display: block; columns: 2; column-gap: 1.5rem } figure { margin-bottom: 1.25rem } .wide { column-span: all } .scroll { overflow: visible } pre { white-space: pre-wrap } }
        """;
}

"""Draws where the time of training steps goes: step_chart.py STEPS.jsonl CHART.svg

A bar is a step, its length relative to bare float32 products of the same shape. Of each phase the
solid part is the least that it could take on this machine, as measured in the same run; the pale
part is what it takes beyond that.
"""

import json
import sys

PHASES = {
    "data": "#7f7f7f",
    "products": "#1f5fa8",
    "sampling": "#d98a1f",
    "statistics": "#2f8f5b",
    "reduction": "#b03a5b",
    "update": "#7a4fa3",
}
LABEL, WIDTH, ROW, TOP = 250, 560, 22, 64


def bar(step, y, scale):
    """The rectangles of one step."""
    relative = 1 / step["ratio_to_roofline"]
    x, parts = LABEL, []
    for phase, colour in PHASES.items():
        length = step["phases"].get(phase, 0) * relative * scale
        bound = min(1, step["limit_ratios"].get(phase, 0)) * length
        for width, opacity, start in ((bound, 1, x), (length - bound, 0.35, x + bound)):
            if width > 0.05:
                parts.append(
                    f'<rect x="{start:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 6}" '
                    f'fill="{colour}" fill-opacity="{opacity}"/>'
                )
        x += length
    busy = "" if step["processor_share"] >= 0.95 else " (cores shared)"
    parts.append(
        f'<text x="{x + 6:.1f}" y="{y + 12}">{step["ratio_to_roofline"]:.2f} × sgemm{busy}</text>'
    )
    return parts


def axis(y, scale, longest):
    """The axis of time, in units of the time of the bare float32 products."""
    end = LABEL + longest * scale
    parts = [f'<line x1="{LABEL}" y1="{y}" x2="{end:.1f}" y2="{y}" stroke="#333"/>']
    for quarter in range(int(4 * longest) + 1):
        x = LABEL + quarter / 4 * scale
        parts.append(
            f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 5}" stroke="#333"/>'
            f'<text x="{x:.1f}" y="{y + 18}" text-anchor="middle">{quarter / 4:g}</text>'
        )
    parts.append(
        f'<text x="{(LABEL + end) / 2:.1f}" y="{y + 36}" text-anchor="middle">'
        "time of a step / time of its bare float32 products</text>"
    )
    return parts


def chart(steps):
    """The whole picture."""
    longest = max(1.0, max(1 / step["ratio_to_roofline"] for step in steps))
    scale = (WIDTH - 190) / longest
    lines, y, last = [], TOP, None
    for step in steps:
        shape = f'{step["visible"]}×{step["hidden"]}, batch {step["batch"]}'
        if shape != last:
            y += 10
            lines.append(f'<text x="8" y="{y + 12}" font-weight="bold">{shape}</text>')
            last = shape
        lines.append(f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{step["arithmetic"]}</text>')
        lines += bar(step, y, scale)
        y += ROW
    edge = LABEL + scale
    lines.append(
        f'<line x1="{edge:.1f}" y1="{TOP - 8}" x2="{edge:.1f}" y2="{y}" stroke="#333" '
        f'stroke-dasharray="3 3"/><text x="{edge:.1f}" y="{TOP - 14}" text-anchor="middle">'
        "bare float32 products</text>"
    )
    lines += axis(y + 4, scale, longest)
    x = 8
    for phase, colour in PHASES.items():
        lines.append(f'<rect x="{x}" y="10" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{x + 17}" y="20">{phase}</text>')
        x += 100
    lines.append(
        '<text x="8" y="40">solid: the least a phase could take, measured in the same run; '
        "pale: beyond it</text>"
    )
    size = f'width="{LABEL + WIDTH}" height="{y + 52}"'
    style = 'font-family="sans-serif" font-size="12" fill="#111"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="#fff"/><g {style}>'
        + "\n".join(lines)
        + "</g></svg>\n"
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as source:
        results = [json.loads(line) for line in source if line.strip()]
    with open(sys.argv[2], "w", encoding="utf-8") as target:
        target.write(chart(results))

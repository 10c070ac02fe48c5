"""Prints and raises text that a report could take for its own."""

BASE = "mlp"
APPEND = """
print("attack begins")
print("</pre><script>document.title = 'full marks'</script>\\x1b[2J\\x00\\u202e{{ 7 * 7 }}")
raise RuntimeError("<img src=x onerror=alert(1)> {{ config }} \\x1b]0;title\\x07 \\ud800")
"""
EXPECT = {
    "contained_by": "wire, report",
    "must_not": "be anything but text",
    "ends": "error",
}

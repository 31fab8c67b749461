// Imported before everything else: an older Node would fail later, with an error that does not name the remedy.
const wanted = [22, 18] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  process.stderr.write(`millrace needs Node ${wanted.join('.')} or newer; this is Node ${process.versions.node}\n`);
  process.exit(2);
}

export {};

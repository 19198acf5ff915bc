import DistributedTraining
import Reports

extension TimingReport {
    /// The phases that took any time.
    var table: Table {
        var table = Table("", "wall time by phase, over ranks")
        table.columns(
            .right("phase", width: 12), .right("min s", width: 10), .right("mean s", width: 10),
            .right("max s", width: 10), .right("share", width: 7))
        for row in rows where row.most > 0 {
            table.row(
                "\(row.phase)", decimal(row.least, 3), decimal(row.mean, 3), decimal(row.most, 3),
                "\(decimal(row.share * 100, 1)) %")
        }
        return table
    }
}

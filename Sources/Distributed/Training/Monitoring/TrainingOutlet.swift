public import Storage

/// Where a training tells what it does, such as a terminal or a file of records.
///
/// A run has a list of outlets and tells each of them the same, in the order of the list. Each method
/// does nothing where an outlet does not have it.
public protocol TrainingOutlet: AnyObject {
    /// The ranks will divide a layer's work in a way that was chosen for its speed.
    func gridChosen(_ choice: GridChoice, _ plan: LayerPlan)

    /// A layer's training begins, or goes on from a step.
    func layerBegan(_ plan: LayerPlan, cases: Int, visible: Int, fromStep step: Int, steps: Int)

    /// The monitor has measured the model.
    ///
    /// - Throws: What ends the run on all ranks.
    func recorded(_ record: MonitorRecord) throws

    /// Somebody may look at the layer, after a record; only where snapshots are taken.
    func pictured(_ snapshot: LayerSnapshot)

    /// A step is over; called after every one, so that it has to be cheap.
    func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double)

    /// A checkpoint is about to be written, which counts on the records before it.
    ///
    /// Called on the thread that writes the checkpoint, while the training goes on.
    ///
    /// - Throws: When they may not be on the device; the checkpoint is then not written.
    func willCheckpoint() throws(StorageError)

    /// A checkpoint could not be written; the training goes on, and tries again at the next.
    func checkpointFailed(_ failure: StorageError)

    /// A checkpoint is written.
    func checkpointed(_ path: String)

    /// A layer's training ends before its last step; the model is that of an earlier record.
    func stoppedEarly(_ plan: LayerPlan, atStep step: Int, best: Int)
}

extension TrainingOutlet {
    public func gridChosen(_ choice: GridChoice, _ plan: LayerPlan) {}
    public func layerBegan(
        _ plan: LayerPlan, cases: Int, visible: Int, fromStep step: Int, steps: Int
    ) {}
    public func recorded(_ record: MonitorRecord) throws {}
    public func pictured(_ snapshot: LayerSnapshot) {}
    public func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double) {}
    public func willCheckpoint() throws(StorageError) {}
    public func checkpointFailed(_ failure: StorageError) {}
    public func checkpointed(_ path: String) {}
    public func stoppedEarly(_ plan: LayerPlan, atStep step: Int, best: Int) {}
}

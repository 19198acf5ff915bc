import Testing

@testable import DistributedTraining

@Suite struct GridForecastTests {
    /// 64 ranks; 4096² units and 2,048 rows: 32 rows and 12 ms of work a rank where all share the cases.
    private func forecast(
        latency: Double = 0, secondsOfByte: Double = 0, update: Double = 0
    ) -> GridForecast {
        GridForecast(
            visible: 4096, hidden: 4096, rows: 2048, sweeps: 1, ranks: 64, products: 0.012,
            update: update, states: 0, latency: latency, secondsOfByte: secondsOfByte)
    }

    private let all = [1, 2, 4, 8, 16, 32, 64].map {
        GridChoice.Candidate(data: 64 / $0, hidden: $0)
    }

    @Test func workIsTheSameOnAllGridsThatDivideItEvenly() {
        let forecast = forecast()
        for grid in all {
            let seconds = forecast.seconds(data: grid.data, hidden: grid.hidden)
            #expect(abs(seconds - 0.012) < 1e-12, "\(grid)")
        }
        #expect(abs(forecast.seconds(data: 1, hidden: 1) - 64 * 0.012) < 1e-12)
    }

    @Test func anUpdateCountsForTheColumnsOfARank() {
        let forecast = forecast(update: 0.008)
        for grid in all {
            let seconds = forecast.seconds(data: grid.data, hidden: grid.hidden)
            #expect(abs(seconds - 0.012 - 0.008 / Double(grid.hidden)) < 1e-12, "\(grid)")
        }
    }

    /// 32 rows of 4096 + 4096 states where all ranks share the cases; visible ones are of all ranks of a row.
    @Test func statesCountForRowsAndColumns() {
        let forecast = GridForecast(
            visible: 4096, hidden: 4096, rows: 2048, sweeps: 1, ranks: 64, products: 0, update: 0,
            states: 0.008, latency: 0, secondsOfByte: 0)
        for grid in all {
            let states = Double(32 * grid.hidden) * (4096 + 4096 / Double(grid.hidden))
            let seconds = forecast.seconds(data: grid.data, hidden: grid.hidden)
            #expect(abs(seconds - 0.008 * states / (32 * 8192)) < 1e-12, "\(grid)")
        }
    }

    /// 4096·4096 sums of weights where no column is divided, 4096·2048 states where no case is.
    @Test func bytesCountForWeightsOrForStates() {
        let forecast = forecast(secondsOfByte: 1e-9)
        let exchange = { forecast.seconds(data: $0, hidden: $1) - 0.012 }
        #expect(abs(exchange(64, 1) - 2e-9 * 4096 * 4096) < 1e-9)
        #expect(abs(exchange(1, 64) - 2e-9 * 4096 * 2048) < 1e-9)
        #expect(abs(exchange(8, 8) - 2e-9 * 4096 * (512 + 256)) < 1e-9)
    }

    /// The grid that shares the cases alone is always among them.
    ///
    /// At 1 ns a byte 8×8 and 4×16 send least; a row costs three exchanges, and four beside groups.
    @Test func theBestGridsAreThoseWithTheShortestSteps() {
        let bytes = forecast(secondsOfByte: 1e-9).best(2, of: all)
        #expect(bytes.map(\.hidden) == [1, 8, 16])
        let waiting = forecast(latency: 0.001).best(3, of: all)
        #expect(waiting.map(\.hidden) == [1, 2, 64])
    }

    /// Nine groups of 64 units on four ranks: the slowest rank has three, of 530 units.
    @Test func theLargestSliceCounts() {
        let uneven = GridForecast(
            visible: 100, hidden: 530, rows: 4, sweeps: 1, ranks: 4, products: 1,
            update: 0, states: 0, latency: 0, secondsOfByte: 0)
        #expect(abs(uneven.seconds(data: 1, hidden: 4) - 4 * 192.0 / 530) < 1e-12)
        let categories = GridForecast(
            visible: 100, hidden: 450, unit: 3, rows: 4, sweeps: 1, ranks: 2,
            products: 1, update: 0, states: 0, latency: 0, secondsOfByte: 0)
        #expect(abs(categories.seconds(data: 1, hidden: 2) - 2 * 384.0 / 450) < 1e-12)
    }
}
